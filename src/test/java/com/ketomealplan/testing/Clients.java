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
        startPlatformThread(() -> complete(result, call));
        return result;
    }

    /** Runs the call on a virtual thread of its own; before JDK 21, which has none, on another one. */
    public static <T> CompletableFuture<T> onVirtualThread(Callable<T> call) throws ReflectiveOperationException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable task = () -> complete(result, call);
        if (Runtime.version().feature() < VirtualThreadNames.FIRST_RELEASE) {
            startPlatformThread(task);
        } else {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        }
        return result;
    }

    private static void startPlatformThread(Runnable task) {
        Thread thread = new Thread(task, "client");
        thread.setDaemon(true);
        thread.start();
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> call) {
        try {
            result.complete(call.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
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
