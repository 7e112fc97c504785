package com.ketomealplan.resources;

import com.ketomealplan.db.Position;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list. A {@code Link} header (RFC 8288) has the next one, which begins after the last row of this one (keyset
 * pagination), so that added or removed rows do not shift pages, and the last page costs as much as the first.
 *
 * @param next the start of the next page; empty on the last one
 */
record Page<T>(List<T> rows, Optional<Position> next) {

    /** What is said of an offset. */
    static final String NO_OFFSET = "must be 0: the Link header has the next page";

    /**
     * Creates a page from rows, of which one more than its size was queried, to detect the next page.
     *
     * @param placeOf returns the position of a row
     */
    static <T> Page<T> of(List<T> found, int limit, Function<T, Position> placeOf) {
        if (found.size() <= limit) {
            return new Page<>(found, Optional.empty());
        }
        List<T> rows = found.subList(0, limit);
        return new Page<>(rows, Optional.of(placeOf.apply(rows.get(limit - 1))));
    }

    /**
     * Returns 200 with the links.
     *
     * @param list the URI of the list
     */
    Response toResponse(UriBuilder list, int limit) {
        UriBuilder first = list.queryParam("limit", limit);
        String links = "<" + first.build() + ">; rel=\"first\"";
        if (next.isPresent()) {
            links += ", <" + first.queryParam("after", Cursor.write(next.get())).build() + ">; rel=\"next\"";
        }
        return Response.ok(rows).header(HttpHeaders.LINK, links).build();
    }
}
