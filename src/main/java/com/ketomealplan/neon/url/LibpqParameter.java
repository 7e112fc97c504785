package com.ketomealplan.neon.url;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What becomes of one query parameter of a connection URL. */
@FunctionalInterface
interface LibpqParameter {

    /** Hands a value on as a driver property, or reports why it cannot be used. */
    void apply(String name, String value, Draft draft);

    /** Where a parameter's value goes. */
    interface Draft {
        void set(String driverProperty, String value);

        /** The URL cannot be used. */
        void problem(String problem);

        /** The URL can be used, and a parameter in it does nothing. */
        void notice(String notice);

        /** A run-time parameter of the server, for the session. */
        void setting(String parameter, String value);

        /** Switches for the server's command line: mostly settings. */
        void options(String switches);

        /** There is a pooler between. */
        void pooled();

        void sslMode(SslMode mode);

        void sslRootCert(String file);

        void user(String user);

        void password(String password);

        void database(String database);

        void hosts(String hosts);

        void ports(String ports);
    }

    /** A parameter that the driver has under another name. */
    static LibpqParameter to(String driverProperty) {
        return (name, value, draft) -> draft.set(driverProperty, value);
    }

    /** The same, for certain values only. */
    static LibpqParameter oneOf(String driverProperty, String... values) {
        return (name, value, draft) -> {
            if (List.of(values).contains(value)) {
                draft.set(driverProperty, value);
            } else {
                draft.problem(name + " must be one of " + String.join(", ", values));
            }
        };
    }

    /** The same, for values that the driver calls otherwise. */
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

    /** A run-time parameter of the server. */
    static LibpqParameter setting(String parameter) {
        return (name, value, draft) -> draft.setting(parameter, value);
    }

    /** A whole number of seconds. */
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

    /** A parameter whose one harmless value is left out, and of which every other one would be ignored silently. */
    static LibpqParameter only(String harmless, String reason) {
        return (name, value, draft) -> {
            if (!value.equals(harmless)) {
                draft.problem(name + " cannot be honoured: " + reason);
            }
        };
    }

    /** A parameter that has no counterpart, with the way out. */
    static LibpqParameter refused(String wayOut) {
        return (name, value, draft) -> draft.problem(name + " cannot be honoured: " + wayOut);
    }

    /** A parameter of another program, which means nothing here. */
    static LibpqParameter ignored(String instead) {
        return (name, value, draft) -> draft.notice(name + " in the database URL does nothing here: " + instead);
    }
}
