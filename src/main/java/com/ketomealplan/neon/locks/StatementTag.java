package com.ketomealplan.neon.locks;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose a statement is, as the comment in front of it says: sqlcommenter's, which statements of the layer have. Nothing else of a
 * statement is read, because it may have values in it, and so may comments of other programs.
 *
 * @param action the unit of work, such as {@code ComplexOperationResource.create}
 * @param statement the SQL object's method, such as {@code QuizResponseDao.insert}
 */
public record StatementTag(Optional<String> action, Optional<String> statement) {

    static final StatementTag NONE = new StatementTag(Optional.empty(), Optional.empty());

    private static final String NAME = "'([\\p{Alnum}%+_.$*-]{1,200})'";

    private static final Pattern COMMENT =
            Pattern.compile("/\\*(?:action=" + NAME + ")?,?(?:statement=" + NAME + ")?\\*/.*", Pattern.DOTALL);

    /** What methods, tasks and checks are called. */
    private static final Pattern OURS = Pattern.compile("[\\p{Alpha}][\\p{Alnum} _.$/-]*");

    static StatementTag of(String beginOfStatement) {
        Matcher comment = COMMENT.matcher(beginOfStatement == null ? "" : beginOfStatement);
        return comment.matches() ? new StatementTag(name(comment.group(1)), name(comment.group(2))) : NONE;
    }

    private static Optional<String> name(String encoded) {
        try {
            return Optional.ofNullable(encoded)
                    .map(text -> URLDecoder.decode(text, StandardCharsets.UTF_8))
                    .filter(text -> OURS.matcher(text).matches());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // another program's
        }
    }

    /** Empty if it says nothing. */
    public Optional<String> inWords() {
        return statement
                .map(name -> name + action.map(unit -> " of " + unit).orElse(""))
                .or(() -> action);
    }
}
