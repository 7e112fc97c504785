package com.ketomealplan.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Callers that run at the same time, each on a thread of its own (the common pool has one or two). */
public final class Clients {

    private Clients() {}

    /** Runs the call on a thread of its own. */
    public static <T> CompletableFuture<T> async(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(call.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "client");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** Starts the calls at the same moment: no one begins before all threads are there. */
    public static <T> List<CompletableFuture<T>> start(int count, Callable<T> call) {
        CountDownLatch there = new CountDownLatch(count);
        List<CompletableFuture<T>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            results.add(async(() -> {
                there.countDown();
                there.await();
                return call.call();
            }));
        }
        return results;
    }

    /**
     * Starts the calls at the same moment and returns what they return.
     *
     * @throws CompletionException if one of them throws
     */
    public static <T> List<T> atOnce(int count, Callable<T> call) {
        return join(start(count, call));
    }

    /** What each of them returns, when all have. */
    public static <T> List<T> join(List<CompletableFuture<T>> results) {
        Stream<T> joined = results.stream().map(CompletableFuture::join);
        return joined.toList();
    }
}
