package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariConfig;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.db.DataSourceFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.util.Duration;
import jakarta.validation.Validator;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The keys of dropwizard-db's {@code DataSourceFactory} and of HikariCP, as {@link NeonDataSourceFactory} reads them. */
class DataSourceFactoryKeysTest {

    private static final Validator VALIDATOR = Validators.newValidator(); // slow to make
    private static final ObjectMapper MAPPER = Jackson.newObjectMapper();

    /** The keys that are accepted with their fixed value only. */
    private static final List<String> ALWAYS = List.of(
            "autoCommentsEnabled",
            "autoCommitByDefault",
            "checkConnectionOnBorrow",
            "ignoreExceptionOnPreLoad",
            "rollbackOnReturn",
            "useFairQueue");

    private static NeonDataSourceFactory read(String yaml) throws Exception {
        return new YamlConfigurationFactory<>(NeonDataSourceFactory.class, VALIDATOR, MAPPER, "dw")
                .build(path -> new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "database.yml");
    }

    /** As a variable of the environment that is not set leaves it. */
    @Test
    void aPropertyWithoutAValueIsNone() throws Exception {
        NeonDataSourceFactory factory = read(
                "{url: 'postgresql://u@db.example.com/app?sslmode=require', properties: {application_name: null}}");

        try (Database database = factory.open()) {
            assertThat(database.endpoint().database()).isEqualTo("app");
        }
    }

    /** It is part of the password only. */
    @Test
    void aQuestionMarkInThePasswordIsNotTheBeginOfTheParameters() throws Exception {
        NeonDataSourceFactory factory =
                read("{url: 'postgresql://u:s3?cret@db.example.com/app', properties: {application_name: of us}}");

        try (Database database = factory.open()) {
            assertThat(database.endpoint().database()).isEqualTo("app");
            assertThat(database.endpoint().password().orElseThrow().reveal()).isEqualTo("s3?cret");
            assertThat(database.endpoint().connectionProperties()).containsEntry("ApplicationName", "of us");
        }
    }

    @Test
    void aKeyWithTheSameMeaningIsRead() throws Exception {
        NeonDataSourceFactory factory = read("""
                driverClass: org.postgresql.Driver
                user: of us
                password: p@ss/w+rd
                url: jdbc:postgresql://db.example.com/app
                properties: {sslmode: require, connect_timeout: 7}
                minSize: 3
                maxSize: 12
                maxWaitForConnection: 4s
                maxConnectionAge: 20m
                """);

        try (Database database = factory.open()) {
            assertThat(database.endpoint().user()).isEqualTo("of us");
            assertThat(database.endpoint().password().orElseThrow().reveal()).isEqualTo("p@ss/w+rd");
            assertThat(database.endpoint().database()).isEqualTo("app");
            assertThat(database.endpoint().hosts().get(0).host()).isEqualTo("db.example.com");
            assertThat(database.endpoint().toString()).contains("sslmode require");
        }
        assertThat(factory.pooled()).isEqualTo(new PooledSettings(3, 9, null, Duration.minutes(20)));
        assertThat(factory.maxWaitForConnection()).isEqualTo(Duration.seconds(4));
    }

    @Test
    void maxSizeAloneIsEnough() throws Exception {
        assertThat(read("maxSize: 4").pooled()).isEqualTo(new PooledSettings(4, 0, null, null));
        assertThat(read("maxSize: 40").pooled()).isEqualTo(new PooledSettings(5, 35, null, null));
        assertThat(read("minSize: 20").pooled()).isEqualTo(new PooledSettings(15, 0, null, null));
    }

    @Test
    void aSettingUnderTwoNamesIsAMistake() {
        assertMistake("{url: 'postgresql://a@h/d', user: b}", "user is for a url without a user");
        assertMistake("{user: b}", "user is for a url without a user");
        assertMistake("{url: 'postgresql://a@h/d', password: secret}", "password is for a user");
        assertMistake("{properties: {sslmode: require}}", "properties are for a url");
        assertMistake("{url: 'postgresql://a@h/d', properties: {charSet: UTF-8}}", "url charSet cannot be honoured");
        assertMistake(
                "{url: 'postgresql://a@h/d', properties: {hibernate.dialect: secret}}",
                "properties has hibernate.dialect, which is no parameter of a database URL");
        assertMistake(
                "{url: 'postgresql://a@h/d?application_name=x', properties: {ApplicationName: y}}",
                "application_name and ApplicationName, which set the same");
        assertMistake("{url: 'postgresql://a@h/d', passwordFile: /nowhere/secret}", "passwordFile names a file that");
        assertMistake("{url: 'postgresql://a:b?c@h/d', user: b}", "user is for a url without a user");
        assertMistake("{maxSize: 4, pooled: {keep: 3}}", "pooled is set beside minSize, maxSize");
        assertMistake("{maxSize: 4, minSize: 5}", "minSize must be at most maxSize");
        assertMistake("{maxSize: 4, pooling: per_request}", "pooling is per_request, the default in production");
        assertMistake("{url: 'postgresql://h/d?user=a', user: b}", "user is for a url without a user");
        assertMistake("{driverClass: org.h2.Driver}", "driverClass must be org.postgresql.Driver");
    }

    private static void assertMistake(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .as(yaml)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aKeyWithItsFixedValueIsAccepted() throws Exception {
        assertThat(read("""
                initialSize: 0
                checkConnectionWhileIdle: false
                checkConnectionOnBorrow: true
                autoCommitByDefault: true
                readOnlyByDefault: false
                commitOnReturn: false
                rollbackOnReturn: true
                useFairQueue: true
                """)).isNotNull();
    }

    /** Each key of that factory either means the same, or is refused with its replacement. */
    @Test
    void noKeyIsUnknown() {
        ObjectNode all = Jackson.newObjectMapper().valueToTree(new DataSourceFactory());
        List<String> known = List.of(
                "driverClass",
                "user",
                "password",
                "url",
                "properties",
                "minSize",
                "maxSize",
                "maxConnectionAge",
                "maxWaitForConnection");
        List<String> names = new ArrayList<>();
        all.fieldNames().forEachRemaining(names::add);

        assertThat(names).containsAll(known).contains("initialSize", "validationQuery", "removeAbandoned");
        names.removeAll(known);
        assertThat(names)
                .allSatisfy(name -> assertMistake(
                        "{%s: %s}".formatted(name, ALWAYS.contains(name) ? "false" : "1"), name + " is not supported"));
    }

    /** Each setting of HikariCP that is a text, a number or a flag is refused with its replacement. */
    @Test
    void noNameOfHikariCPIsUnknown() throws Exception {
        List<String> names = Stream.of(
                        Introspector.getBeanInfo(HikariConfig.class).getPropertyDescriptors())
                .filter(property -> property.getWriteMethod() != null)
                .filter(property -> property.getPropertyType().isPrimitive()
                        || property.getPropertyType() == String.class
                        || property.getPropertyType() == Properties.class)
                .map(PropertyDescriptor::getName)
                .filter(name -> !name.equals("password") && !name.equals("healthCheckProperties"))
                .toList();

        assertThat(names).contains("maximumPoolSize", "jdbcUrl", "keepaliveTime", "leakDetectionThreshold");
        assertThat(names).allSatisfy(name -> assertThatThrownBy(() -> read("{%s: 1}".formatted(name)))
                .as(name)
                .isInstanceOf(ConfigurationException.class)
                .message()
                .containsPattern(name + " is (HikariCP's name; here|not supported)")
                .doesNotContain("Unrecognized"));
        assertMistake("{maximumPoolSize: 20}", "maximumPoolSize is HikariCP's name; here it is pooled.keep +");
        assertMistake("{jdbcUrl: 'jdbc:postgresql://u:secret@h/d'}", "jdbcUrl is HikariCP's name; here it is url");
    }
}
