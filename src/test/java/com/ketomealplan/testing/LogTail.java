package com.ketomealplan.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Adds the last lines of a failing test's log to the failure's message, and where the rest is: of a failure Maven's output has
 * no more than that. Registered for all tests ({@code junit.jupiter.extensions.autodetection.enabled}).
 */
public final class LogTail
        implements BeforeAllCallback,
                AfterTestExecutionCallback,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {

    private static final int LINES = 15;
    private static final int LONGEST_LINE = 300;

    private static Copy copy;

    @Override
    public void beforeAll(ExtensionContext context) {
        synchronized (LogTail.class) {
            if (copy == null) {
                copy = new Copy(System.out);
                System.setOut(new PrintStream(copy, true, StandardCharsets.UTF_8));
            }
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            copy.clear(); // what a test that passed has said is no reason for the next one's failure
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw withLog(context, failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw withLog(context, failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw withLog(context, failure);
    }

    private static Throwable withLog(ExtensionContext context, Throwable failure) {
        if (failure instanceof TestAbortedException) {
            return failure; // is left out, not failed
        }
        List<String> lines = copy.lastLines();
        Class<?> file = context.getRequiredTestClass();
        while (file.getEnclosingClass() != null) {
            file = file.getEnclosingClass();
        }
        String rest = "the whole log: %s/%s-output.txt".formatted(System.getProperty("reports"), file.getName());
        String log = lines.isEmpty()
                ? "(nothing was logged; " + rest + ")"
                : "the last lines of its log; " + rest + "\n  | " + String.join("\n  | ", lines);
        String message = failure instanceof AssertionError ? failure.getMessage() : failure.toString();
        AssertionError shown = new AssertionError(message + "\n" + log, failure);
        shown.setStackTrace(failure.getStackTrace());
        return shown;
    }

    /** Passes on what is printed, and keeps its last lines. */
    private static final class Copy extends OutputStream {

        private final PrintStream original;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final Deque<String> lines = new ArrayDeque<>();

        Copy(PrintStream original) {
            this.original = original;
        }

        @Override
        public void write(int character) throws IOException {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            original.write(bytes, offset, length);
            for (int i = offset; i < offset + length; i++) {
                if (bytes[i] == '\n') {
                    lines.addLast(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                    if (lines.size() > LINES) {
                        lines.removeFirst();
                    }
                } else if (line.size() < LONGEST_LINE) {
                    line.write(bytes[i]);
                }
            }
        }

        @Override
        public void flush() {
            original.flush();
        }

        synchronized void clear() {
            lines.clear();
        }

        synchronized List<String> lastLines() {
            return List.copyOf(lines);
        }
    }
}
