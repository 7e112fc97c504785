package com.ketomealplan.neon.idempotency;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A stored response, for the repetitions of its request.
 *
 * @param status the HTTP status
 * @param headers the headers of the resource and of the body's writer
 * @param body the body as it was written; null if none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by isSame
public record StoredAnswer(int status, Map<String, List<String>> headers, byte[] body) {

    /** Returns whether the other one, which may be null, is equal. */
    boolean isSame(StoredAnswer other) {
        return other != null
                && status == other.status
                && headers.equals(other.headers)
                && Arrays.equals(body, other.body);
    }
}
