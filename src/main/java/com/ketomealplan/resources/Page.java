package com.ketomealplan.resources;

import com.ketomealplan.db.Position;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list. Where the next one is stands in a {@code Link} header (RFC 8288): behind the last row of this one, so that rows
 * that come and go in between move nothing, and the last page costs what the first one does.
 *
 * @param next empty on the last one
 */
record Page<T>(List<T> rows, Optional<Position> next) {

    /**
     * Cuts a page from rows of which one more was asked for than it has, to see whether there is one.
     *
     * @param placeOf a row
     */
    static <T> Page<T> of(List<T> found, int limit, Function<T, Position> placeOf) {
        if (found.size() <= limit) {
            return new Page<>(found, Optional.empty());
        }
        List<T> rows = found.subList(0, limit);
        return new Page<>(rows, Optional.of(placeOf.apply(rows.get(limit - 1))));
    }

    /**
     * 200, with the links.
     *
     * @param list where it is
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
