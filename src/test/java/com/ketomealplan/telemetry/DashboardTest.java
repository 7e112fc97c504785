package com.ketomealplan.telemetry;

import static com.ketomealplan.testing.Monitoring.elements;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.ketomealplan.testing.Monitoring;
import com.ketomealplan.testing.PromQl;
import com.ketomealplan.testing.PromQl.LabelMatcher;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dashboard that ships: that Grafana takes it, and that it is about one service. */
class DashboardTest {

    /** Of Grafana's grid. */
    private static final int COLUMNS = 24;

    private static final String DATASOURCE = "${datasource}";

    @Test
    void hasWhatGrafanasSchemaRequires() {
        JsonNode dashboard = Monitoring.dashboard();
        assertThat(dashboard.get("title").isTextual()).isTrue();
        assertThat(dashboard.get("uid").asText()).hasSizeBetween(1, 40);
        assertThat(dashboard.get("schemaVersion").isInt()).isTrue();
        assertThat(elements(dashboard.at("/templating/list")))
                .allMatch(variable -> variable.hasNonNull("name") && variable.hasNonNull("type"));
        assertThat(Monitoring.panels().map(panel -> panel.get("id").asInt())).doesNotHaveDuplicates();
        assertThat(Monitoring.panels()).allSatisfy(panel -> {
            assertThat(panel.get("title").asText()).isNotBlank();
            if (panel.get("type").asText().equals("row")) {
                assertThat(panel.get("collapsed").isBoolean()).isTrue();
                assertThat(panel.get("panels").isArray()).isTrue();
            } else {
                assertThat(panel.get("type").asText()).isIn("timeseries", "state-timeline");
                assertThat(panel.at("/fieldConfig/defaults").isObject()).isTrue();
                assertThat(panel.at("/fieldConfig/overrides").isArray()).isTrue();
                assertThat(panel.at("/options/legend/showLegend").isBoolean()).isTrue();
                assertThat(panel.at("/options/legend/calcs").isArray()).isTrue();
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo(DATASOURCE);
                assertThat(elements(panel.get("targets"))
                                .map(target -> target.get("refId").asText()))
                        .isNotEmpty()
                        .doesNotHaveDuplicates();
            }
        });
    }

    @Test
    void noPanelLiesOnAnother() {
        Set<String> taken = new HashSet<>();
        Monitoring.panels().map(panel -> panel.get("gridPos")).forEach(place -> {
            int left = place.get("x").asInt();
            int top = place.get("y").asInt();
            assertThat(left + place.get("w").asInt()).isLessThanOrEqualTo(COLUMNS);
            for (int x = left; x < left + place.get("w").asInt(); x++) {
                for (int y = top; y < top + place.get("h").asInt(); y++) {
                    assertThat(taken.add(x + "," + y)).as("%d, %d", x, y).isTrue();
                }
            }
        });
    }

    @Test
    void everyQueryIsAboutTheChosenJobAndInstances() {
        LabelMatcher job = new LabelMatcher("job", "=", "$job");
        LabelMatcher instance = new LabelMatcher("instance", "=~", "$instance");
        assertThat(Monitoring.targets()).isNotEmpty().allSatisfy(target -> {
            String expression = target.get("expr").asText();
            assertThat(target.at("/datasource/uid").asText()).isEqualTo(DATASOURCE);
            assertThat(PromQl.bareMetrics(expression)).isEmpty();
            assertThat(PromQl.selectors(expression))
                    .isNotEmpty()
                    .allMatch(selector -> selector.has(job) && selector.has(instance));
        });
    }

    /** One job at a time, since two would be added up; the instances are those of it. */
    @Test
    void theJobIsChosenBeforeItsInstances() {
        var variables = elements(Monitoring.dashboard().at("/templating/list"))
                .collect(Collectors.toMap(variable -> variable.get("name").asText(), variable -> variable));

        assertThat(elements(Monitoring.dashboard().at("/templating/list"))
                        .map(variable -> variable.get("name").asText()))
                .containsExactly("datasource", "job", "instance");
        assertThat(variables.get("job").get("multi").asBoolean()).isFalse();
        assertThat(variables.get("job").at("/query/query").asText())
                .isEqualTo("label_values(neon_database_state, job)");
        assertThat(variables.get("instance").at("/query/query").asText())
                .isEqualTo("label_values(neon_database_state{job=\"$job\"}, instance)");
    }

    /** Or else all lines of a panel have the same name. */
    @Test
    void legendsNameLabelsThatTheQueryKeeps() {
        assertThat(Monitoring.targets()).allSatisfy(target -> {
            Set<String> kept = PromQl.aggregations(target.get("expr").asText()).stream()
                    .flatMap(labels -> labels.stream())
                    .collect(Collectors.toSet());
            Pattern.compile("\\{\\{(\\w+)}}")
                    .matcher(target.get("legendFormat").asText())
                    .results()
                    .forEach(named -> assertThat(kept.isEmpty() ? Set.of("instance") : kept)
                            .contains(named.group(1)));
        });
    }
}
