package com.ketomealplan.neon.url;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Handles one query parameter of a connection URL. */
@FunctionalInterface
interface LibpqParameter {

    /** Sets the driver property for a value, or reports a problem. */
    void apply(String name, String value, Draft draft);

    /** The endpoint that is being parsed. */
    interface Draft {
        void set(String driverProperty, String value);

        /** Reports a problem: the URL is invalid. */
        void problem(String problem);

        /** Reports a parameter that has no effect. */
        void notice(String notice);

        /** Sets a run-time parameter of the session. */
        void setting(String parameter, String value);

        /** Sets libpq's {@code options}. */
        void options(String switches);

        /** Marks the endpoint as a pooler. */
        void pooled();

        void sslMode(SslMode mode);

        void sslRootCert(String file);

        void user(String user);

        void password(String password);

        void database(String database);

        void hosts(String hosts);

        void ports(String ports);
    }

    /** Sets a driver property. */
    static LibpqParameter to(String driverProperty) {
        return (name, value, draft) -> draft.set(driverProperty, value);
    }

    /** Sets a driver property to one of certain values. */
    static LibpqParameter oneOf(String driverProperty, String... values) {
        return (name, value, draft) -> {
            if (List.of(values).contains(value)) {
                draft.set(driverProperty, value);
            } else {
                draft.problem(name + " must be one of " + String.join(", ", values));
            }
        };
    }

    /** Sets a driver property to a translated value. */
    static LibpqParameter translated(String driverProperty, Map<String, String> values) {
        return (name, value, draft) -> {
            if (values.containsKey(value)) {
                draft.set(driverProperty, values.get(value));
            } else {
                draft.problem(name + " must be one of "
                        + String.join(", ", values.keySet().stream().sorted().toList()));
            }
        };
    }

    /** Sets a run-time parameter of the session. */
    static LibpqParameter setting(String parameter) {
        return (name, value, draft) -> draft.setting(parameter, value);
    }

    /** Sets a driver property to a number of seconds. */
    static LibpqParameter seconds(String driverProperty) {
        Pattern wholeNumber = Pattern.compile("\\d{1,6}");
        return (name, value, draft) -> {
            if (wholeNumber.matcher(value).matches()) {
                draft.set(driverProperty, value);
            } else {
                draft.problem(name + " must be a whole number of seconds, such as 10");
            }
        };
    }

    /** Accepts only the value that is the driver's behaviour; any other one would be ignored silently. */
    static LibpqParameter only(String harmless, String reason) {
        return (name, value, draft) -> {
            if (!value.equals(harmless)) {
                draft.problem(name + " cannot be honoured: " + reason);
            }
        };
    }

    /** Rejects a parameter that has no counterpart, with the remedy. */
    static LibpqParameter refused(String wayOut) {
        return (name, value, draft) -> draft.problem(name + " cannot be honoured: " + wayOut);
    }

    /** Ignores a parameter of another program, with a notice. */
    static LibpqParameter ignored(String instead) {
        return (name, value, draft) -> draft.notice(name + " in the database URL does nothing here: " + instead);
    }
}
