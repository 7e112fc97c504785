package com.ketomealplan.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** Configures JSON without loss of information. */
final class StrictJson {

    /** Far more than a person's data has; each level costs a parser stack. */
    private static final int MAX_DEPTH = 100;

    private StrictJson() {}

    /** Returns whether a value is followed by another one, of which Jackson says nothing but this. */
    static boolean isTrailing(Throwable failure) {
        return failure.getClass() == MismatchedInputException.class // not a subclass, which quotes the value
                && failure.getMessage().contains(DeserializationFeature.FAIL_ON_TRAILING_TOKENS.name());
    }

    static void configure(ObjectMapper mapper) {
        mapper.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        // As decimals: a double would round them, or make them infinite
        mapper.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        mapper.configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
    }
}
