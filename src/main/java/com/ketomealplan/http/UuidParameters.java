package com.ketomealplan.http;

import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.UUID;

/**
 * Reads UUIDs of paths and queries in their one form (RFC 9562, section 4), in either case. {@link UUID#fromString} also takes groups of other
 * lengths, and drops what exceeds them, so that each row would have many addresses.
 */
final class UuidParameters implements ParamConverterProvider {

    private static final ParamConverter<UUID> CONVERTER = new ParamConverter<>() {
        @Override
        public UUID fromString(String text) {
            UUID uuid = UUID.fromString(text);
            if (!uuid.toString().equalsIgnoreCase(text)) {
                throw new IllegalArgumentException("not in the form of a UUID");
            }
            return uuid;
        }

        @Override
        public String toString(UUID value) {
            return value.toString();
        }
    };

    @Override
    @SuppressWarnings("unchecked") // T is UUID
    public <T> ParamConverter<T> getConverter(Class<T> type, Type genericType, Annotation[] annotations) {
        return type == UUID.class ? (ParamConverter<T>) CONVERTER : null;
    }
}
