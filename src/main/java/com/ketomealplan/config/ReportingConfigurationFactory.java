package com.ketomealplan.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedClassResolver;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.dropwizard.configuration.BaseConfigurationFactory;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.ConfigurationFactory;
import io.dropwizard.configuration.ConfigurationFactoryFactory;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.jackson.AnnotationSensitivePropertyNamingStrategy;
import io.dropwizard.jackson.CaffeineModule;
import io.dropwizard.jackson.FuzzyEnumModule;
import io.dropwizard.jackson.GuavaExtrasModule;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.logging.common.LoggingFactory;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Reads YAML as Dropwizard does, substitutes values of the environment after the parsing, and reports all mistakes in one exception:
 * unknown settings, values of the wrong kind, and what Bean Validation finds.
 *
 * @param <T> the configuration
 */
public final class ReportingConfigurationFactory<T> implements ConfigurationFactory<T> {

    private static final String TYPE = "type";
    private static final List<String> LEVELS = List.of("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL");

    private static final JsonFactory YAML = new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final Class<T> type;
    private final Validator validator;
    private final ObjectMapper mapper;
    private final EnvironmentValues environment;
    private final String overridePrefix;
    private final BiConsumer<T, Validator> onRead;

    private ReportingConfigurationFactory(
            Class<T> type,
            Validator validator,
            ObjectMapper mapper,
            String prefix,
            Map<String, String> environment,
            BiConsumer<T, Validator> onRead) {
        this.onRead = onRead;
        this.mapper = strict(mapper);
        this.type = type;
        this.validator = Objects.requireNonNull(validator, "validator");
        this.environment = new EnvironmentValues(environment);
        this.overridePrefix = prefix.endsWith(".") ? prefix : prefix + '.';
    }

    /** Returns the factory for a {@code Bootstrap}, with the given environment. */
    public static <T> ConfigurationFactoryFactory<T> reading(Map<String, String> environment) {
        return reading(environment, (configuration, validator) -> {});
    }

    /**
     * Returns the factory for a {@code Bootstrap}.
     *
     * @param environment the values of {@code ${NAME}}
     * @param onRead is called with a configuration that has no unknown settings and no values of the wrong kind, before it is validated
     */
    public static <T> ConfigurationFactoryFactory<T> reading(
            Map<String, String> environment, BiConsumer<T, Validator> onRead) {
        return (type, validator, mapper, prefix) ->
                new ReportingConfigurationFactory<>(type, validator, mapper, prefix, environment, onRead);
    }

    /**
     * Dropwizard's mapper, but for the module that generates code for each property, of which a configuration is read once.
     */
    private static ObjectMapper strict(ObjectMapper mapper) {
        ObjectMapper own = Jackson.newMinimalObjectMapper()
                .registerModules(
                        new GuavaExtrasModule(),
                        new CaffeineModule(),
                        new FuzzyEnumModule(),
                        new ParameterNamesModule(),
                        new Jdk8Module(),
                        new JavaTimeModule())
                .setPropertyNamingStrategy(new AnnotationSensitivePropertyNamingStrategy())
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        own.setSubtypeResolver(mapper.getSubtypeResolver());
        return own;
    }

    @Override
    public T build() throws ConfigurationException {
        throw ConfigurationMistakes.noFile(
                "the command line", "names no configuration file; write, for example: server config.yml");
    }

    @Override
    public T build(ConfigurationSourceProvider provider, String path) throws IOException, ConfigurationException {
        try (InputStream input = provider.open(path)) {
            JsonNode document = mapper.readTree(YAML.createParser(input));
            if (document == null || !document.isObject()) {
                throw new ConfigurationMistakes(path, List.of("is empty or is not a YAML mapping"));
            }
            return build(document, path);
        } catch (JsonProcessingException e) {
            // Not its message, which quotes the lines around
            throw new ConfigurationMistakes(
                    path,
                    List.of("is not well-formed YAML, or has a name twice, at line %d, column %d"
                            .formatted(
                                    e.getLocation().getLineNr(), e.getLocation().getColumnNr())));
        } catch (IOException e) {
            throw ConfigurationMistakes.unreadable(path);
        }
    }

    private T build(JsonNode document, String path) throws ConfigurationException {
        Mistakes mistakes = new Mistakes();
        environment.replaceIn(document, "", mistakes);
        List<String> overrides = override(document, mistakes);
        checkType(document, "server", ServerFactory.class, mistakes);
        checkType(document, "logging", LoggingFactory.class, mistakes);
        checkLevels(document.path("logging"), mistakes);
        putTypesFirst(document);
        try {
            T configuration = mapper.copy()
                    .addHandler(new CollectingProblemHandler(mistakes))
                    .setInjectableValues(new InjectableValues.Std()
                            .addValue(EffectiveSettings.class, EffectiveSettings.of(document)))
                    .treeToValue(document, type);
            if (mistakes.isEmpty()) {
                onRead.accept(configuration, validator);
            }
            validator
                    .validate(configuration)
                    .forEach(violation ->
                            mistakes.invalid(violation.getPropertyPath().toString(), violation.getMessage()));
            if (mistakes.isEmpty()) {
                return configuration;
            }
        } catch (JsonMappingException e) {
            mistakes.invalid(Mistakes.field(e.getPath()), "has a value that cannot be used");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a parsed document cannot fail to parse", e);
        }
        String source =
                overrides.isEmpty() ? path : "%s, overridden by -D%s,".formatted(path, String.join(", -D", overrides));
        throw new ConfigurationMistakes(source, mistakes.messages());
    }

    /**
     * Applies system properties such as {@code -Ddw.database.pooling=pooled}, which mistakes of their values name.
     *
     * @return the names of those properties
     */
    private List<String> override(JsonNode document, Mistakes mistakes) {
        List<String> names = System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(overridePrefix))
                .sorted()
                .toList();
        if (names.isEmpty()) {
            return names;
        }
        Overrides<T> overrides = new Overrides<>(type, mapper);
        for (String name : names) {
            String field = name.substring(overridePrefix.length());
            blame("-D" + name, field, document, mistakes);
            try {
                overrides.apply(document, field, System.getProperty(name));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                mistakes.unreadable(
                        field, "has no such place in the file; of a list only the entries that it has can be replaced");
            }
        }
        return names;
    }

    /** Creates the blocks of a property that the file does not have. */
    private static void blame(String property, String field, JsonNode document, Mistakes mistakes) {
        mistakes.setBy(field.replace("\\.", "."), property);
        JsonNode block = document;
        for (int dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
            String path = field.substring(0, dot);
            block = block.path(path.substring(path.lastIndexOf('.') + 1));
            if (block.isMissingNode() && !path.contains("[")) {
                mistakes.setBy(path, property);
            }
        }
    }

    /** Checks types of the server and of logging, because Dropwizard replaces unknown ones by the default. */
    private void checkType(JsonNode document, String field, Class<?> factory, Mistakes mistakes) {
        if (!(document.path(field) instanceof ObjectNode block)) {
            return;
        }
        Set<String> known = mapper
                .getSubtypeResolver()
                .collectAndResolveSubtypesByClass(
                        mapper.getDeserializationConfig(),
                        AnnotatedClassResolver.resolveWithoutSuperTypes(mapper.getDeserializationConfig(), factory))
                .stream()
                .map(NamedType::getName)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!block.has(TYPE)) {
            block.put(TYPE, "default");
        } else if (!known.contains(block.path(TYPE).asText())) {
            mistakes.unreadable(field + "." + TYPE, "must be one of " + String.join(", ", known));
        }
    }

    /** Checks log levels, because Dropwizard replaces unknown ones by INFO or DEBUG. */
    private static void checkLevels(JsonNode logging, Mistakes mistakes) {
        Map<String, JsonNode> levels = new TreeMap<>();
        levels.put("logging.level", logging.path("level"));
        logging.path("loggers")
                .properties()
                .forEach(logger -> levels.put(
                        "logging.loggers." + logger.getKey(),
                        logger.getValue().isObject() ? logger.getValue().path("level") : logger.getValue()));
        levels.forEach((field, level) -> {
            boolean offOrOn = level.isBoolean(); // what YAML makes of OFF, and Dropwizard takes back
            if (!offOrOn
                    && !level.isMissingNode()
                    && !LEVELS.contains(level.asText().toUpperCase(Locale.ROOT))) {
                mistakes.unreadable(field, "must be one of " + String.join(", ", LEVELS));
            }
        });
    }

    /** Moves the type of a block to its start: otherwise Jackson buffers the block, and loses the locations of mistakes. */
    private static void putTypesFirst(JsonNode node) {
        node.forEach(ReportingConfigurationFactory::putTypesFirst);
        if (node instanceof ObjectNode block && block.has(TYPE)) {
            ObjectNode rest = block.deepCopy().without(TYPE);
            JsonNode type = block.get(TYPE);
            block.removeAll();
            block.set(TYPE, type);
            block.setAll(rest);
        }
    }

    /** Dropwizard's overrides. To know which settings are lists it inspects all classes of the configuration, which takes a while. */
    private static final class Overrides<T> extends BaseConfigurationFactory<T> {

        Overrides(Class<T> type, ObjectMapper mapper) {
            super(YAML, "YAML", type, null, mapper, "");
        }

        void apply(JsonNode document, String field, String value) {
            addOverride(document, field, value);
        }
    }
}
