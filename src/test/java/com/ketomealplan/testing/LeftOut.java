package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Leaves out the tests whose programs are not installed, and says which at the end of the build; in CI they fail. */
public final class LeftOut implements ExecutionCondition {

    private static final Path FILE = Path.of("target", "left-out-tests.txt");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<Program> missing = AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
                .map(needs -> Stream.of(needs.value())
                        .filter(program -> program.path().isEmpty())
                        .toList())
                .orElse(List.of());
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all programs are installed");
        }
        if (isForbidden()) {
            throw new IllegalStateException("not installed: " + missing + "; in CI no test may be left out");
        }
        missing.forEach(program -> remember(program, context));
        return ConditionEvaluationResult.disabled("not installed: " + missing);
    }

    /** Whether this is CI, where no test may be left out. */
    public static boolean isForbidden() {
        return Boolean.parseBoolean(System.getenv("CI"));
    }

    private static void remember(Program program, ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName()
                + context.getTestMethod().map(method -> "." + method.getName()).orElse("");
        try {
            Files.writeString(FILE, program + " " + test + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints the tests that were left out, and the command that installs what they need. Run at the end of the build. */
    public static void main(String[] arguments) throws IOException {
        if (!Files.exists(FILE)) {
            return;
        }
        List<String[]> lines = Files.readAllLines(FILE).stream()
                .map(line -> line.split(" ", 2))
                .toList();
        Files.delete(FILE);
        System.out.println("LEFT OUT, because what they need is not installed:");
        lines.stream()
                .map(line -> "  " + line[1] + " (" + line[0].toLowerCase(java.util.Locale.ROOT) + ")")
                .distinct()
                .sorted()
                .forEach(System.out::println);
        String packages = lines.stream()
                .map(line -> Program.valueOf(line[0]).debianPackage())
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(" "));
        System.out.println("To run them too: sudo apt-get install " + packages);
    }
}
