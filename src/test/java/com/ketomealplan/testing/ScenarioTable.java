package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of faults of the page evidence, as the tests that make them fill it: {@code target/scenarios.md}. */
public final class ScenarioTable {

    private static final Path FILE = Path.of("target", "scenarios.md");

    private static final List<String> HEAD =
            List.of("| What happens | Requests | Succeeded | Refused | Not known |", "|---|---|---|---|---|");

    private ScenarioTable() {}

    /** Writes a row, in place of an earlier one of the same scenario. */
    public static synchronized void row(String scenario, int requests, int succeeded, int refused, int unknown) {
        String begin = "| " + scenario + " |";
        String row = String.format(
                Locale.ROOT,
                "%s %,d | %.2f %% | %,d | %,d |",
                begin,
                requests,
                100.0 * succeeded / requests,
                refused,
                unknown);
        System.out.println(row);
        try {
            List<String> lines = new ArrayList<>(Files.exists(FILE) ? Files.readAllLines(FILE) : HEAD);
            lines.removeIf(line -> line.startsWith(begin));
            lines.add(row);
            Files.write(FILE, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
