package com.ketomealplan.testing;

import com.ketomealplan.KetoMealPlanApplication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.MDC;

/**
 * A command that was run in this JVM, which is a tenth of the work of a JVM of its own. Not for those whose server starts.
 *
 * @param output all that this JVM printed meanwhile: another test's pool may still have had something to log
 * @param own of that, the lines of its answer, and those that its thread logged by the configured log
 * @param errors what it printed as an error, past the stream that it was given too
 */
public record Command(int exitCode, String output, List<String> own, String errors) {

    /** Runs {@code java -jar keto-meal-plan-api.jar ARGUMENTS} with nothing in its environment but that. */
    public static Command run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        PrintStream originalErr = System.err;
        String mark = UUID.randomUUID().toString(); // which the pattern of the log shows, as that of a request
        MDC.put("request_id", mark);
        System.setErr(print(new OfThisThread(errors, originalErr)));
        try (Console console = new Console()) {
            int exitCode = new KetoMealPlanApplication(environment).execute(print(answer), print(errors), arguments);
            String answered = answer.toString(StandardCharsets.UTF_8);
            List<String> own = Stream.concat(
                            answered.lines(), console.text().lines().filter(line -> line.contains(mark)))
                    .toList();
            return new Command(exitCode, answered + console.text(), own, errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(originalErr);
            MDC.remove("request_id");
        }
    }

    private static PrintStream print(OutputStream text) {
        return new PrintStream(text, true, StandardCharsets.UTF_8);
    }

    /** Takes what the thread prints that has made it; what others print goes on to where it went. */
    private static final class OfThisThread extends OutputStream {

        private final Thread thread = Thread.currentThread();
        private final OutputStream own;
        private final OutputStream others;

        OfThisThread(OutputStream own, OutputStream others) {
            this.own = own;
            this.others = others;
        }

        private OutputStream of() {
            return Thread.currentThread() == thread ? own : others;
        }

        @Override
        public void write(int character) throws IOException {
            of().write(character);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            of().write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            of().flush();
        }
    }
}
