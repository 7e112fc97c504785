package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Quoted identifiers, compared with {@code quote_ident} of the server. */
class IdentifierTest {

    private static final List<String> ODD = List.of(
            "users", "_a1", "Users", "users-2", "2users", "a b", "a\"b", "a\"", "größe", "a$", "a.b", "a'b", "a\\b");

    @Test
    void isQuotedAsByTheServer() {
        Map<String, String> written = TestDatabase.empty().jdbi().withHandle(handle -> Stream.concat(
                        handle.createQuery("SELECT word FROM pg_get_keywords()").mapTo(String.class).stream(),
                        ODD.stream())
                .collect(Collectors.toMap(name -> name, name -> handle.createQuery("SELECT quote_ident(?)")
                        .bind(0, name)
                        .mapTo(String.class)
                        .one())));

        assertThat(written).hasSizeGreaterThan(400);
        written.forEach((name, sql) -> assertThat(Identifier.quoted(name)).isEqualTo(sql));
    }
}
