package com.ketomealplan.neon.failure;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The messages of database exceptions for logs and the operator's page, without the values that clients sent. A server's message may quote
 * them ("invalid input syntax for type integer: …"), the driver's those that it cannot convert, and a function in the database may raise
 * any text. What is left out is in PostgreSQL's log.
 */
public final class Wording {

    static final String LEFT_OUT = "its text may quote a value, and is left out";

    /** The classes of codes whose messages name only objects of the schema or the server; "" is the driver's. */
    private static final Set<String> CLASSES_WITHOUT_VALUES =
            Set.of("", "08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "XX");

    private static final String SYNTAX_ERROR = "42601"; // which quotes the statement

    /** The routine of PL/pgSQL's RAISE. */
    private static final String RAISE = "exec_stmt_raise";

    private static final String OURS = "com.ketomealplan.neon.";

    private Wording() {}

    /** Returns the message of a failure on a session; failures to open one do not quote values. */
    static String of(Throwable failure) {
        if (failure.getClass().getName().startsWith(OURS) || isOfWay(failure)) {
            return inFull(failure);
        }
        return failure instanceof SQLException sql
                ? of(sql)
                : LEFT_OUT; // such as JDBI's, of a value that it cannot map
    }

    /** Returns whether it is an exception of the JDK's network; Jackson's have the same type, and quote values. */
    private static boolean isOfWay(Throwable failure) {
        return (failure instanceof IOException || failure instanceof GeneralSecurityException)
                && failure.getClass().getName().startsWith("java");
    }

    private static String of(SQLException failure) {
        Optional<ServerErrorMessage> said =
                Failure.find(failure, PSQLException.class).map(PSQLException::getServerErrorMessage);
        String state = Optional.ofNullable(failure.getSQLState()).orElse("");
        // What a statement of ours did not do by itself, but a function, a trigger or a cascade, has its place in
        // "where"
        boolean byItself = said.map(ServerErrorMessage::getWhere).isEmpty();
        boolean quotes = !byItself
                || state.equals(SYNTAX_ERROR)
                || !CLASSES_WITHOUT_VALUES.contains(state.substring(0, Math.min(2, state.length())));
        return quotes
                ? said.flatMap(Wording::names).orElse(LEFT_OUT)
                : inFull(failure) + said.map(Wording::more).orElse("");
    }

    /** What the driver leaves out of its text, because of other codes. */
    private static String more(ServerErrorMessage said) {
        StringJoiner more = new StringJoiner("");
        Optional.ofNullable(said.getDetail()).ifPresent(text -> more.add("; detail: " + inOneLine(text)));
        Optional.ofNullable(said.getHint()).ifPresent(text -> more.add("; hint: " + inOneLine(text)));
        return more.toString();
    }

    /** Returns the objects of the schema in a server's message, unless a function has set them. */
    private static Optional<String> names(ServerErrorMessage said) {
        StringJoiner names = new StringJoiner(", ");
        add(names, "constraint", said.getConstraint());
        add(names, "column", said.getColumn());
        add(names, "table", said.getTable());
        return RAISE.equals(said.getRoutine()) || names.length() == 0
                ? Optional.empty()
                : Optional.of(names.toString());
    }

    private static void add(StringJoiner names, String what, String name) {
        if (name != null) {
            names.add(what + " " + inOneLine(name));
        }
    }

    static String inFull(Throwable failure) {
        return Optional.ofNullable(failure.getMessage())
                .map(Wording::inOneLine)
                .orElseGet(() -> failure.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }

    /** Returns a text with a space for each run of white space, and none around it. */
    public static String inOneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
