package com.ketomealplan.neon.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.LoggedLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listener that throws, whatever it throws that is its own fault. */
class ListenersTest {

    private final List<String> heard = new ArrayList<>();
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
    void oneThatThrowsHarmsNeitherTheOthersNorWhoCallsThem() {
        listeners.add(() -> heard.add("first"));
        listeners.add(throwing(new IllegalStateException("a mistake")));
        listeners.add(() -> heard.add("second"));
        listeners.add(throwing(new UnsupportedOperationException("another one")));
        listeners.add(throwing(new NoClassDefFoundError("a jar that is missing")));
        listeners.add(throwing(new AssertionError("an assertion")));
        listeners.add(() -> heard.add("last"));

        try (LoggedLines log = LoggedLines.of(Listeners.class)) {
            listeners.forEach(Runnable::run);

            assertThat(log.all())
                    .hasSize(4)
                    .allMatch(line -> line.contains(ListenersTest.class.getName()))
                    .anyMatch(line -> line.endsWith("a jar that is missing"));
        }
        assertThat(heard).containsExactly("first", "second", "last");

        listeners.forEach(Runnable::run);
        assertThat(heard).as("it is called again").hasSize(6);
    }
}
