package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.postgresql.util.PGobject;

/** JDBC's contract of the parameters of prepared statements. */
class JdbcParameterTest extends JdbcContract {

    @OverAll
    void aValueThatIsChangedAfterItWasBoundIsStoredAsItWas(Source source) throws Exception {
        always(source, connection -> {
            Timestamp taken = Timestamp.valueOf("2026-01-02 03:04:05");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO things (taken) VALUES (?)");
                    Statement select = connection.createStatement()) {
                insert.setTimestamp(1, taken);
                taken.setTime(0);
                insert.executeUpdate();
                ResultSet row = select.executeQuery("SELECT taken FROM things");
                row.next();
                assertThat(row.getTimestamp(1)).isEqualTo(Timestamp.valueOf("2026-01-02 03:04:05"));
            }
        });
    }

    @OverAll
    void bytesThatAreChangedAfterTheyWereBoundAreStoredAsTheyWere(Source source) throws Exception {
        byte[] content = {1, 2, 3};
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things (content) VALUES (?)")) {
            insert.setBytes(1, content);
            content[0] = 9;
            insert.executeUpdate();
            assertThat(value(connection, "SELECT content FROM things")).isEqualTo("\\x010203");
            connection.rollback();
        }
    }

    @OverAll
    void aParameterThatDoesNotExistIsRefusedWhenItIsSet(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT ?::int")) {
                assertRefused(() -> select.setInt(7, 1));
                assertRefused(() -> select.setInt(0, 1));
            }
        });
    }

    @OverAll
    void aParameterThatIsNotBoundIsRefused(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT ?::int")) {
                assertRefused(select::executeQuery);
                select.setInt(1, 1);
                assertThat(value(select)).isEqualTo("1");
                select.clearParameters();
                assertRefused(select::executeQuery);
            }
        });
    }

    @OverAll
    void streamsAreBound(Source source) throws Exception {
        byte[] content = "content".getBytes(StandardCharsets.UTF_8);
        always(source, connection -> {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO things (id, content, name) VALUES (?, ?, ?)")) {
                insert.setInt(1, 7);
                insert.setBinaryStream(2, new ByteArrayInputStream(content), content.length);
                insert.setCharacterStream(3, new StringReader("name"));
                assertThat(insert.executeUpdate()).isEqualTo(1);
                insert.setBinaryStream(2, new ByteArrayInputStream(content));
                insert.setCharacterStream(3, new StringReader("name"), 4);
                assertThat(insert.executeUpdate()).isEqualTo(1);
            }
            assertThat(value(
                            connection,
                            "SELECT min(id || convert_from(content, 'UTF8') || name) FROM things HAVING count(*) > 1"))
                    .isEqualTo("7contentname");
        });
    }

    @OverAll
    void valuesOfAllKindsAreBound(Source source) throws Exception {
        UUID id = UUID.randomUUID();
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT ?::uuid, ?::jsonb ->> 'a', (?::int[])[2], ?::timestamp, ?::int IS NULL, ?::numeric")) {
                select.setObject(1, id);
                select.setObject(2, "{\"a\": \"b\"}", Types.OTHER);
                select.setArray(3, connection.createArrayOf("int4", new Object[] {1, 2}));
                select.setObject(4, LocalDateTime.of(2026, 1, 2, 3, 4));
                select.setNull(5, Types.INTEGER);
                select.setObject(6, "1.5", Types.NUMERIC);
                ResultSet row = select.executeQuery();
                row.next();
                assertThat(row.getObject(1, UUID.class)).isEqualTo(id);
                assertThat(row.getString(2)).isEqualTo("b");
                assertThat(row.getInt(3)).isEqualTo(2);
                assertThat(row.getObject(4, LocalDateTime.class)).isEqualTo(LocalDateTime.of(2026, 1, 2, 3, 4));
                assertThat(row.getBoolean(5)).isTrue();
                assertThat(row.getBigDecimal(6)).isEqualTo("1.5");
            }
        });
    }

    @OverAll
    void parametersStayBoundFromOneExecutionToTheNext(Source source) throws Exception {
        try (Connection connection = transaction(source);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?, ?)")) {
            insert.setInt(1, 1);
            insert.setString(2, "a");
            insert.executeUpdate();
            connection.commit();
            insert.setString(2, "b");
            insert.executeUpdate();
            insert.setInt(1, 2);
            insert.executeUpdate();
            connection.commit();
        }
        try (Connection connection = connection(source)) {
            assertThat(value(connection, "SELECT string_agg(id || name, ' ' ORDER BY id, name) FROM things"))
                    .isEqualTo("1a 1b 2b");
        }
    }

    @OverAll
    void metadataIsKnownBeforeTheExecution(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT id, name FROM things WHERE id = ?")) {
                select.setInt(1, 1);
                assertThat(select.getParameterMetaData().getParameterCount()).isEqualTo(1);
                assertThat(select.getParameterMetaData().getParameterType(1)).isEqualTo(Types.INTEGER);
                assertThat(select.getMetaData().getColumnCount()).isEqualTo(2);
                assertThat(select.getMetaData().getColumnName(2)).isEqualTo("name");
                assertThat(select.executeQuery().next()).isFalse();
            }
        });
    }

    /** The driver stores it at once, which needs a transaction. */
    @OverAll
    void aStreamBecomesALargeObject(Source source) throws Exception {
        try (Connection connection = connection(source)) {
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT convert_from(lo_get(?::oid), 'UTF8'), convert_from(lo_get(?::oid), 'UTF8')")) {
                select.setBlob(1, new ByteArrayInputStream("one".getBytes(StandardCharsets.UTF_8)));
                select.setObject(2, new ByteArrayInputStream("two".getBytes(StandardCharsets.UTF_8)), Types.BLOB);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    assertThat(row.getString(1) + row.getString(2)).isEqualTo("onetwo");
                }
            }
            connection.rollback();
        }
    }

    /** One object for all rows, as a loop has it. */
    @OverAll
    void anObjectOfTheDriversThatIsChangedAfterItWasBoundIsStoredAsItWas(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO things (id, name) VALUES (?, ?)")) {
                PGobject number = new PGobject();
                number.setType("int4");
                PGobject name = new PGobject();
                name.setType("text");
                for (String row : List.of("1", "2", "3")) {
                    number.setValue(row);
                    insert.setObject(1, number);
                    number.setValue("9");
                    name.setValue("row " + row);
                    insert.setObject(2, name);
                    name.setValue("another");
                    insert.executeUpdate();
                }
            }
            assertThat(value(connection, "SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM things"))
                    .isEqualTo("1 row 1, 2 row 2, 3 row 3");
            TestPools.execute(connection, "DELETE FROM things");
        });
    }

    @OverAll
    void arraysThatAreChangedAfterTheyWereBoundAreStoredAsTheyWere(Source source) throws Exception {
        always(source, connection -> {
            int[] numbers = {1};
            try (PreparedStatement select = connection.prepareStatement("SELECT (?::int[])[1]")) {
                select.setObject(1, numbers);
                numbers[0] = 9;
                assertThat(value(select)).isEqualTo("1");
            }
        });
    }

    @OverAll
    void anArrayThatIsFreedAfterItsRowWasStoredIsNotNeededForTheNextOne(Source source) throws Exception {
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT (?::int[])[1] + ?")) {
                for (int i = 1; i < 4; i++) {
                    Array array = connection.createArrayOf("int4", new Object[] {i});
                    select.setArray(1, array);
                    select.setInt(2, 10);
                    assertThat(value(select)).isEqualTo(Integer.toString(i + 10));
                    array.free();
                }
            }
        });
    }

    /** Such as the object of a JSON library, whose text it is. */
    @OverAll
    void aMapThatIsBoundAsATextIsItsText(Source source) throws Exception {
        Map<String, String> json = new HashMap<>(Map.of("a", "1")) {
            private static final long serialVersionUID = 1;

            @Override
            public String toString() {
                return "{\"a\":1}";
            }
        };
        always(source, connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT ?::text")) {
                select.setObject(1, json, Types.VARCHAR);
                assertThat(value(select)).isEqualTo("{\"a\":1}");
            }
        });
    }
}
