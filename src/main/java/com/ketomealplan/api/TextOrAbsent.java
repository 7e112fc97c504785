package com.ketomealplan.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import java.io.IOException;

/** Deserializes a text of a merge patch that cannot be removed: it may be left out, but null is refused. */
final class TextOrAbsent extends StdScalarDeserializer<String> {

    private static final long serialVersionUID = 1L;

    TextOrAbsent() {
        super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return StringDeserializer.instance.deserialize(parser, context);
    }

    @Override
    public String getNullValue(DeserializationContext context) throws InvalidNullException {
        throw InvalidNullException.from(context, null, getValueType(context));
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
        return null;
    }
}
