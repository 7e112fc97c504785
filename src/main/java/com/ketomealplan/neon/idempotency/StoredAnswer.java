package com.ketomealplan.neon.idempotency;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An answer as it is stored with its key: for the repetitions of its request, and for nobody else.
 *
 * @param status the HTTP status
 * @param headers those that the resource and the writer of its body set
 * @param body as it was written; null if it has none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by isSame
public record StoredAnswer(int status, Map<String, List<String>> headers, byte[] body) {

    /** Whether the other one, which may be null, says the same. */
    boolean isSame(StoredAnswer other) {
        return other != null
                && status == other.status
                && headers.equals(other.headers)
                && Arrays.equals(body, other.body);
    }
}
