package com.ketomealplan.resources;

import com.ketomealplan.db.Versions;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Evaluates {@code If-Match} and {@code If-None-Match} (RFC 9110, section 13.1). A tag is a version in quotes; other tags, and invalid
 * ones, match no version.
 */
final class EntityTags {

    /** The next tag of a list (RFC 9110, section 8.8.3), with what separates it from the one before. */
    private static final Pattern TAG =
            Pattern.compile("\\G[\\s,]*(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"[ \\t]*(?=,|$)");

    private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,17}");

    private static final Pattern END = Pattern.compile("[\\s,]*");

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
        return lines.isEmpty() || isWhatever(lines) ? Versions.WHICHEVER : Versions.of(versions(lines, false));
    }

    /** Returns 200 with an entity, or 304 if the client has it. */
    static Response answer(Object entity, long version, List<String> ifNoneMatch) {
        Response.ResponseBuilder answer = isKnown(version, ifNoneMatch) ? Response.notModified() : Response.ok(entity);
        return answer.tag(of(version)).build();
    }

    private static boolean isKnown(long version, List<String> ifNoneMatch) {
        return !ifNoneMatch.isEmpty()
                && (isWhatever(ifNoneMatch) || versions(ifNoneMatch, true).contains(version));
    }

    /** Returns whether there is nothing in a list but {@code *}; elements that are empty do not count. */
    private static boolean isWhatever(List<String> lines) {
        Set<String> elements = Stream.of(String.join(",", lines).split(","))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .collect(Collectors.toSet());
        return elements.equals(Set.of(WHATEVER));
    }

    private static List<Long> versions(List<String> lines, boolean weakToo) {
        List<Long> versions = new ArrayList<>();
        String list = String.join(",", lines);
        Matcher tags = TAG.matcher(list);
        int end = 0;
        while (tags.find()) {
            end = tags.end();
            if ((weakToo || tags.group(1) == null)
                    && VERSION.matcher(tags.group(2)).matches()) {
                versions.add(Long.valueOf(tags.group(2)));
            }
        }
        return END.matcher(list.substring(end)).matches() ? versions : List.of();
    }
}
