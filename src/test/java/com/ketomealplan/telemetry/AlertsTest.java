package com.ketomealplan.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alerts that ship, as Prometheus's own tool reads and tests them. */
@Needs(Program.PROMTOOL)
class AlertsTest {

    @Test
    void prometheusReadsTheRules() throws Exception {
        assertThatPromtoolAccepts("check", "rules", "src/main/prometheus/alerts.yml");
    }

    @Test
    void theRulesFireWhenTheyShould() throws Exception {
        assertThatPromtoolAccepts("test", "rules", "src/test/prometheus/alerts-test.yml");
    }

    private static void assertThatPromtoolAccepts(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(Program.PROMTOOL.path().orElseThrow().toString()), Stream.of(arguments))
                .toList();
        Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(output).isZero();
    }
}
