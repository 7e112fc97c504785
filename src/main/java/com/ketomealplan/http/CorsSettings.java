package com.ketomealplan.http;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.dropwizard.validation.selfvalidating.SelfValidating;
import io.dropwizard.validation.selfvalidating.SelfValidation;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The origins whose pages may call this service and read its responses. What is left out has its default.
 *
 * @param origins of the pages, each text with one or some, separated by commas; none by default; {@code *} for all
 * @param credentials whether browsers may send cookies and stored passwords; false by default
 */
@SelfValidating
public record CorsSettings(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<String> origins,

        Boolean credentials) {

    /** No origin may read responses. */
    public static final CorsSettings NONE = new CorsSettings(null, null);

    static final String ALL = "*";

    private static final String EXAMPLE = ", such as https://app.example.com";

    /** An origin as browsers send it (RFC 6454): in lower case, without the default port of its scheme. */
    private static final Pattern ORIGIN = Pattern.compile(
            "(?<scheme>[a-z][a-z0-9+.-]*)://(?<host>[a-z0-9_.-]+|\\[[0-9a-f:.]+])(:(?<port>[1-9]\\d{0,4}))?(?<rest>[/?#].*)?");

    public CorsSettings {
        origins = Stream.ofNullable(origins)
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .flatMap(text -> Stream.of(text.split(",")))
                .map(text -> text.strip().toLowerCase(Locale.ROOT))
                .filter(text -> !text.isEmpty())
                .distinct()
                .toList();
        credentials = Objects.requireNonNullElse(credentials, false);
    }

    /** Validates an origin, because a browser compares it exactly, and reports only that it was refused. */
    @SelfValidation
    public void validateOrigins(ViolationCollector violations) {
        if (allowsAll()) {
            if (origins.size() > 1) {
                violations.addViolation("origins", "has * beside others; write * alone, or name all of them");
            }
            if (credentials) {
                violations.addViolation(
                        "credentials",
                        "must not be true for the origins *: browsers send none to a service that is for all pages; name the"
                                + " origins");
            }
        }
        for (int i = 0; i < origins.size(); i++) {
            String place = "origins[" + i + "]";
            mistake(origins.get(i)).ifPresent(wrong -> violations.addViolation(place, wrong));
        }
    }

    private static Optional<String> mistake(String origin) {
        if (origin.equals(ALL)) {
            return Optional.empty();
        }
        if (origin.contains(ALL)) {
            return Optional.of("has a * in it, which stands for all origins, and alone; name each" + EXAMPLE);
        }
        if (origin.equals("null")) {
            return Optional.of("is what any page can have as its origin; name the page's" + EXAMPLE);
        }
        Matcher parts = ORIGIN.matcher(origin);
        if (!parts.matches()) {
            return Optional.of("must be an origin: scheme, host and port, a host of other letters as xn--…" + EXAMPLE);
        }
        if (parts.group("rest") != null) {
            return Optional.of("has a path; an origin ends with its host or port" + EXAMPLE);
        }
        String port = parts.group("port");
        return isDefault(parts.group("scheme"), port)
                ? Optional.of("has the port " + port + ", which browsers leave out" + EXAMPLE)
                : Optional.empty();
    }

    private static boolean isDefault(String scheme, String port) {
        return scheme.equals("https") && "443".equals(port) || scheme.equals("http") && "80".equals(port);
    }

    boolean allowsAll() {
        return origins.contains(ALL);
    }
}
