package com.ketomealplan.testing;

import com.ketomealplan.KetoMealPlanApplication;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A command that was run in this JVM, which is a tenth of the work of a JVM of its own. Not for those whose server starts.
 *
 * @param output what it printed, log lines among it
 * @param errors what it printed as an error
 */
public record Command(int exitCode, String output, String errors) {

    /** Runs {@code java -jar keto-meal-plan-api.jar ARGUMENTS} with nothing in its environment but that. */
    public static Command run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try (Console console = new Console()) {
            int exitCode = new KetoMealPlanApplication(environment)
                    .execute(System.out, new PrintStream(errors, true, StandardCharsets.UTF_8), arguments);
            return new Command(exitCode, console.text(), errors.toString(StandardCharsets.UTF_8));
        }
    }
}
