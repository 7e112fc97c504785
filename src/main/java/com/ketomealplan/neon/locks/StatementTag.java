package com.ketomealplan.neon.locks;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names in the comment in front of a statement, in the format of sqlcommenter. The layer writes it. The rest of a statement is not
 * read, because it may contain values, and neither are comments of other programs.
 *
 * @param action the unit of work, such as {@code ComplexOperationResource.create}
 * @param statement the SQL object's method, such as {@code QuizResponseDao.insert}
 */
public record StatementTag(Optional<String> action, Optional<String> statement) {

    static final StatementTag NONE = new StatementTag(Optional.empty(), Optional.empty());

    /** The beginning of a comment. */
    public static final String BEGIN = "/*";

    /** The end of a comment. */
    public static final String END = "*/";

    private static final String ACTION = "action";
    private static final String STATEMENT = "statement";

    private static final String NAME = "'([\\p{Alnum}%+_.$*-]{1,200})'";

    private static final Pattern COMMENT = Pattern.compile(
            Pattern.quote(BEGIN) + "(?:" + ACTION + "=" + NAME + ")?,?(?:" + STATEMENT + "=" + NAME + ")?"
                    + Pattern.quote(END) + ".*",
            Pattern.DOTALL);

    /** The names of methods, tasks and checks. */
    private static final Pattern NAME_FORMAT = Pattern.compile("[\\p{Alpha}][\\p{Alnum} _.$/-]*");

    static StatementTag of(String statement) {
        Matcher comment = COMMENT.matcher(statement == null ? "" : statement);
        return comment.matches() ? new StatementTag(name(comment.group(1)), name(comment.group(2))) : NONE;
    }

    /** Returns the comment; empty if there is no name. */
    public String comment() {
        String pairs = Stream.of(action.map(name -> pair(ACTION, name)), statement.map(name -> pair(STATEMENT, name)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(","));
        return pairs.isEmpty() ? "" : BEGIN + pairs + END;
    }

    private static String pair(String key, String name) {
        return key + "='" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "'";
    }

    private static Optional<String> name(String encoded) {
        try {
            return Optional.ofNullable(encoded)
                    .map(text -> URLDecoder.decode(text, StandardCharsets.UTF_8))
                    .filter(text -> NAME_FORMAT.matcher(text).matches());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a comment of another program
        }
    }

    /** Returns the names for the log; empty if there is none. */
    public Optional<String> describe() {
        return statement
                .map(name -> name + action.map(unit -> " of " + unit).orElse(""))
                .or(() -> action);
    }
}
