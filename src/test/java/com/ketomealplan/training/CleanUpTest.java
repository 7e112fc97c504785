package com.ketomealplan.training;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.testing.Clients;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Nothing that a training opens is left behind, whenever its end comes. */
class CleanUpTest {

    private final Queue<String> removed = new ConcurrentLinkedQueue<>();
    private final CleanUp cleanUp = CleanUp.begin();

    @Test
    void whatWasOpenedLastIsRemovedFirst() throws Exception {
        assertThat(cleanUp.open(() -> "database", removed::add)).isEqualTo("database");
        cleanUp.open(() -> "service", name -> {
            throw new IllegalStateException("the service has ended");
        });
        cleanUp.open(() -> "log", removed::add);

        cleanUp.close();
        cleanUp.close();

        assertThat(removed).containsExactly("log", "database");
    }

    @Test
    void anEndThatComesWhileSomethingIsOpenedRemovesItToo() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch opening = new CountDownLatch(1);
        CompletableFuture<String> opener = Clients.async(() -> cleanUp.open(
                () -> {
                    opening.countDown();
                    opened.await();
                    return "database";
                },
                removed::add));
        opening.await();
        Thread end = new Thread(cleanUp::close);
        end.start();
        await().until(() -> List.of(Thread.State.BLOCKED, Thread.State.WAITING).contains(end.getState()));
        opened.countDown();
        opener.get();
        end.join();

        assertThat(removed).containsExactly("database");
    }

    @Test
    void nothingIsOpenedAfterTheEnd() {
        cleanUp.close();

        assertThatThrownBy(() -> cleanUp.open(() -> removed.add("opened"), any -> removed.add("removed")))
                .isInstanceOf(TrainingException.class)
                .hasMessage("train: ended by a signal");
        assertThatThrownBy(() -> cleanUp.keep(() -> removed.add("kept")))
                .isInstanceOf(TrainingException.class)
                .hasMessage("train: ended by a signal");
        assertThat(removed).isEmpty();
    }
}
