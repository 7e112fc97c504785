package com.ketomealplan.resources;

import com.ketomealplan.db.Versions;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates {@code If-Match} and {@code If-None-Match} (RFC 9110, section 13.1). A tag is a version in quotes; other tags, and invalid
 * ones, match no version.
 */
final class EntityTags {

    private static final Pattern TAG = Pattern.compile("(W/)?\"([1-9]\\d{0,17})\"");

    private static final String WHATEVER = "*";

    private EntityTags() {}

    static EntityTag of(long version) {
        return new EntityTag(Long.toString(version));
    }

    /**
     * Returns the versions of {@code If-Match}; a weak tag matches none.
     *
     * @param lines those of the header, which are one list (RFC 9110, section 5.3); none if there is no condition
     */
    static Versions ifMatch(List<String> lines) {
        String header = inOne(lines);
        if (lines.isEmpty() || header.equals(WHATEVER)) {
            return Versions.WHICHEVER;
        }
        return Versions.of(versions(header, false));
    }

    /** Returns 200 with an entity, or 304 if the client has it. */
    static Response answer(Object entity, long version, List<String> ifNoneMatch) {
        Response.ResponseBuilder answer = isKnown(version, ifNoneMatch) ? Response.notModified() : Response.ok(entity);
        return answer.tag(of(version)).build();
    }

    private static boolean isKnown(long version, List<String> ifNoneMatch) {
        String header = inOne(ifNoneMatch);
        return header.equals(WHATEVER) || versions(header, true).contains(version);
    }

    private static String inOne(List<String> lines) {
        return String.join(",", lines).strip();
    }

    private static List<Long> versions(String header, boolean weakToo) {
        List<Long> versions = new ArrayList<>();
        Matcher tags = TAG.matcher(header);
        while (tags.find()) {
            if (weakToo || tags.group(1) == null) {
                versions.add(Long.valueOf(tags.group(2)));
            }
        }
        return versions;
    }
}
