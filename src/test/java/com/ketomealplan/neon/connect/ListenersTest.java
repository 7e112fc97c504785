package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listener that throws. */
class ListenersTest {

    private final List<String> called = new ArrayList<>();
    private final Listeners<Runnable> listeners = new Listeners<>();

    private static Runnable throwing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private static Runnable throwing(Error failure) {
        return () -> {
            throw failure;
        };
    }

    @Test
    void aListenerThatThrowsAffectsNeitherTheOthersNorTheCaller() {
        listeners.add(() -> called.add("first"));
        listeners.add(throwing(new IllegalStateException("a mistake")));
        listeners.add(() -> called.add("second"));
        listeners.add(throwing(new UnsupportedOperationException("another one")));
        listeners.add(throwing(new NoClassDefFoundError("a jar that is missing")));
        listeners.add(throwing(new AssertionError("an assertion")));
        listeners.add(throwing(new StackOverflowError("a listener that calls itself")));
        listeners.add(() -> called.add("last"));

        try (LoggedLines log = LoggedLines.of(Listeners.class)) {
            listeners.forEach(Runnable::run);

            assertThat(log.all())
                    .hasSize(5)
                    .allMatch(line -> line.contains(ListenersTest.class.getName()))
                    .anyMatch(line -> line.endsWith("a jar that is missing"));
        }
        assertThat(called).containsExactly("first", "second", "last");

        listeners.forEach(Runnable::run);
        assertThat(called).as("it is called again").hasSize(6);
    }

    @Test
    void aFailureThatCannotBeLoggedAffectsNobody() {
        listeners.add(throwing(new IllegalStateException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        }));
        listeners.add(() -> called.add("last"));

        listeners.forEach(Runnable::run);

        assertThat(called).containsExactly("last");
    }
}
