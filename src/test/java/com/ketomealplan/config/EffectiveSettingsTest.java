package com.ketomealplan.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EffectiveSettingsTest {

    private static Map<String, String> of(String yaml) throws Exception {
        return EffectiveSettings.of(new ObjectMapper(new YAMLFactory()).readTree(yaml))
                .values();
    }

    @Test
    void namesEverySettingInTheOrderOfTheFile() throws Exception {
        assertThat(of("b: 1\na:\n  d: x\n  c: [true, {e: 2s}]\nf:\n"))
                .containsExactly(
                        Map.entry("b", "1"),
                        Map.entry("a.d", "x"),
                        Map.entry("a.c[0]", "true"),
                        Map.entry("a.c[1].e", "2s"),
                        Map.entry("f", ""));
    }

    @Test
    void showsNoSecret() throws Exception {
        Map<String, String> settings = of("""
                database: {url: "postgresql://u:geheim@host/db"}
                adminToken: geheim
                empty: {password: ""}
                server: {keyStorePassword: geheim, requestHeaders: [geheim]}
                tracingEndpoint: https://u:geheim@collector:4318/v1
                """);

        assertThat(settings.toString()).doesNotContain("geheim");
        assertThat(settings)
                .containsEntry("adminToken", "***")
                .containsEntry("empty.password", "")
                .containsEntry("tracingEndpoint", "https://***@collector:4318/v1");
    }
}
