package com.ketomealplan.neon.health;

import com.ketomealplan.neon.health.SchemaCheck.Text;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements of the service's SQL objects, so that a schema mismatch is detected before a request fails. Thread-safe.
 */
public final class ExpectedStatements {

    private static final Logger LOG = LoggerFactory.getLogger(ExpectedStatements.class);

    private final Jdbi jdbi;
    private final List<Class<?>> sqlObjects = new CopyOnWriteArrayList<>();

    public ExpectedStatements(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Adds the statements of a SQL object, which are not looked at before they are checked. */
    public void add(Class<?> sqlObject) {
        sqlObjects.add(sqlObject);
    }

    /** Returns the check of the statements; empty if there are none. */
    Optional<SchemaCheck> schemaCheck() {
        List<Text> statements = sqlObjects.stream()
                .flatMap(sqlObject -> Stream.of(sqlObject.getMethods()))
                .flatMap(method -> sqlOf(method).stream())
                .flatMap(sql -> parsed(sql).stream())
                .toList();
        return statements.isEmpty() ? Optional.empty() : Optional.of(new SchemaCheck(statements));
    }

    private static Optional<String> sqlOf(Method method) {
        return Stream.concat(
                        Stream.ofNullable(method.getAnnotation(SqlQuery.class)).map(SqlQuery::value),
                        Stream.ofNullable(method.getAnnotation(SqlUpdate.class)).map(SqlUpdate::value))
                .filter(sql -> !sql.isBlank()) // in a file of its own
                .findFirst();
    }

    private Optional<Text> parsed(String sql) {
        try {
            return Text.of(
                    jdbi.getConfig(SqlStatements.class).getSqlParser().parse(sql, null)); // the context of no handle
        } catch (RuntimeException e) { // a template, or of a parser that needs the context
            LOG.debug("Statement cannot be checked before it is executed", e);
            return Optional.empty();
        }
    }
}
