package com.ketomealplan.telemetry;

import static com.ketomealplan.testing.Monitoring.elements;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Monitoring;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.PromQl;
import com.ketomealplan.testing.PromQl.LabelMatcher;
import com.ketomealplan.testing.PromQl.Selector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The alerts that ship, as Prometheus's own tool reads and tests them, and what that does not look at. */
class AlertsTest {

    private static final Path RUNBOOK = Path.of("src/site/markdown/incidents.md");

    private static final LabelMatcher JOB = new LabelMatcher("job", "=", "keto-meal-plan-api");

    @Test
    @Needs(Program.PROMTOOL)
    void prometheusReadsTheRules() throws Exception {
        assertThatPromtoolAccepts("check", "rules", Monitoring.ALERTS.toString());
    }

    @Test
    @Tag("campaign-only")
    @Needs(Program.PROMTOOL)
    void theRulesFireWhenTheyShould() throws Exception {
        assertThatPromtoolAccepts(Stream.concat(
                        Stream.of("test", "rules"), Monitoring.CASES.stream().map(Path::toString))
                .toArray(String[]::new));
    }

    @Test
    void everyAlertIsSeenToFireAndToBeSilent() {
        Set<String> fires = new HashSet<>();
        Set<String> silent = new HashSet<>();
        Pattern name = Pattern.compile("alertname=\"(\\w+)\"");
        Monitoring.cases().forEach(one -> {
            elements(one.path("promql_expr_test"))
                    .flatMap(asked -> elements(asked.get("exp_samples")))
                    .forEach(sample -> name.matcher(sample.get("labels").asText())
                            .results()
                            .forEach(found -> fires.add(found.group(1))));
            elements(one.path("alert_rule_test"))
                    .filter(asked -> asked.get("exp_alerts").isEmpty())
                    .forEach(asked -> silent.add(asked.get("alertname").asText()));
        });

        assertThat(fires).isEqualTo(names());
        assertThat(silent).isEqualTo(names());
    }

    @Test
    void everyAlertSaysWhatIsWrongAndWhereToReadOn() throws Exception {
        Set<String> sections = Pattern.compile("(?m)^## <a id=\"(\\w+)\"></a>(\\w+)$")
                .matcher(Files.readString(RUNBOOK))
                .results()
                .peek(heading -> assertThat(heading.group(1)).isEqualTo(heading.group(2)))
                .map(heading -> heading.group(1))
                .collect(Collectors.toSet());

        assertThat(sections).isEqualTo(names());
        assertThat(Monitoring.alerts()).allSatisfy(alert -> {
            assertThat(alert.at("/labels/severity").asText()).isIn("page", "ticket");
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).isNotBlank();
            assertThat(alert.at("/annotations/runbook_url").asText())
                    .isEqualTo(RUNBOOK + "#" + alert.get("alert").asText());
        });
    }

    /** Many services have requests, and are up. */
    @Test
    void everyRuleIsAboutThisServiceAlone() {
        assertThat(Monitoring.rules()).allSatisfy(rule -> {
            String expression = rule.get("expr").asText();
            assertThat(PromQl.bareMetrics(expression)).isEmpty();
            assertThat(PromQl.selectors(expression)).isNotEmpty().allMatch(selector -> selector.has(JOB));
            assertThat(PromQl.aggregations(expression)).allMatch(kept -> kept.contains("job"));
        });
    }

    @Test
    void whatIsRecordedIsWhatIsAskedFor() {
        Set<String> recorded = Monitoring.rules()
                .filter(rule -> rule.has("record"))
                .map(rule -> rule.get("record").asText())
                .collect(Collectors.toSet());
        Set<String> asked = Monitoring.alerts()
                .flatMap(alert -> PromQl.selectors(alert.get("expr").asText()).stream())
                .map(Selector::metric)
                .filter(metric -> metric.contains(":"))
                .collect(Collectors.toSet());

        assertThat(asked).isEqualTo(recorded);
    }

    /** Or else the text has a gap. */
    @Test
    void annotationsNameOnlyLabelsThatTheAlertHas() {
        assertThat(Monitoring.alerts()).allSatisfy(alert -> {
            List<List<String>> kept = PromQl.aggregations(alert.get("expr").asText());
            Set<String> labels = new HashSet<>(kept.isEmpty() ? List.of("job", "instance") : kept.get(0));
            Pattern.compile("\\$labels\\.(\\w+)")
                    .matcher(alert.get("annotations").toString())
                    .results()
                    .forEach(used -> assertThat(labels).contains(used.group(1)));
        });
    }

    private static Set<String> names() {
        return Monitoring.alerts().map(AlertsTest::name).collect(Collectors.toSet());
    }

    private static String name(JsonNode alert) {
        return alert.get("alert").asText();
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
