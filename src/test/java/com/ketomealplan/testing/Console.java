package com.ketomealplan.testing;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What this process prints from now on, as an operator reads it: log lines in the layout that is configured. */
public final class Console implements AutoCloseable {

    private final PrintStream original = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    public Console() {
        System.setOut(new PrintStream(new Copy(), true, StandardCharsets.UTF_8));
    }

    public String text() {
        synchronized (printed) {
            return printed.toString(StandardCharsets.UTF_8);
        }
    }

    public void clear() {
        synchronized (printed) {
            printed.reset();
        }
    }

    @Override
    public void close() {
        System.setOut(original);
    }

    private final class Copy extends OutputStream {

        @Override
        public void write(int character) {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            original.write(bytes, offset, length);
            synchronized (printed) {
                printed.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() {
            original.flush();
        }
    }
}
