package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Any exception has a kind and an outcome, and the explanation for clients quotes none of its text. */
class FailureFuzzTest {

    private static final String SECRET = "gEhEiM-s3cret";

    @FuzzTest(maxDuration = "60s")
    void anyExceptionIsClassifiedAndItsTextIsNotExplainedToClients(FuzzedDataProvider data) {
        List<Throwable> chain = new ArrayList<>();
        int length = data.consumeInt(1, 5);
        for (int i = 0; i < length; i++) {
            chain.add(next(data));
        }
        for (int i = 0; i + 1 < length; i++) {
            chain.get(i).initCause(chain.get(i + 1));
        }
        if (length > 1 && data.consumeBoolean()) {
            chain.get(length - 1).initCause(chain.get(data.consumeInt(0, length - 2))); // a circle
        }

        check(Failure.of(chain.get(0)));
        if (chain.get(0) instanceof SQLException reason) {
            check(Failure.toOpen(reason));
        }
    }

    private static Throwable next(FuzzedDataProvider data) {
        String text = data.consumeBoolean() ? data.consumeString(60) + " " + SECRET : null;
        return switch (data.consumeInt(0, 3)) {
            case 0 -> new IOException(text);
            case 1 -> new IllegalStateException(text);
            default -> new SQLException(text, data.consumeBoolean() ? data.consumeAsciiString(5) : null);
        };
    }

    private static void check(Failure failure) {
        assertThat(failure.kind()).isNotNull();
        assertThat(failure.outcome()).isNotNull();
        assertThat(failure.cause()).doesNotContain("\n", "\r");
        assertThat(failure.kind().httpStatus()).isBetween(400, 599);
        assertThat(failure.kind().explanation()).isNotBlank().doesNotContain(SECRET);
    }
}
