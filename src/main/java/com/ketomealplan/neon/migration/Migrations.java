package com.ketomealplan.neon.migration;

import java.util.Map;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryOutputEnum;
import liquibase.changelog.ChangeLogParameters;
import liquibase.command.CommandScope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.parser.ChangeLogParserFactory;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies the change log, as {@code db migrate} does. */
public final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private Migrations() {}

    /** Returns the message for pending changesets, with the remedy. */
    static String describe(int pending, String target) {
        return "%s lacks %d changeset%s: apply %s by db migrate, with the configuration that the service is started with"
                .formatted(target, pending, pending == 1 ? "" : "s", pending == 1 ? "it" : "them");
    }

    /**
     * Loads Liquibase by reading the change log. Loading takes most of the time of a migration, and can be done while the embedded
     * database starts.
     */
    public static void preload(String file) {
        try {
            ClassLoaderResourceAccessor classPath = new ClassLoaderResourceAccessor();
            ChangeLogParserFactory.getInstance()
                    .getParser(file, classPath)
                    .parse(file, new ChangeLogParameters(), classPath);
        } catch (LiquibaseException | RuntimeException e) {
            LOG.debug("Change log {} could not be preloaded", file, e);
        }
    }

    /**
     * Applies the pending changesets.
     *
     * @param file the root of the change log, on the class path
     * @return the number of changesets that were applied
     * @throws Exception if the database cannot be reached, or a changeset failed; those before it are applied
     */
    public static int apply(MigrationDataSource dataSource, String file) throws Exception {
        return run(dataSource, file, true);
    }

    /**
     * Counts the pending changesets.
     *
     * @throws Exception if the database cannot be reached, or the query failed
     */
    static int countPending(MigrationDataSource dataSource, String file) throws Exception {
        return run(dataSource, file, false);
    }

    private static int run(MigrationDataSource dataSource, String file, boolean apply) throws Exception {
        // Output goes to the log, failures are thrown
        Map<String, Object> quiet =
                Map.of(Scope.Attr.ui.name(), new LoggerUIService(), CommandScope.DO_NOT_SEND_EXCEPTION_TO_UI, true);
        return Scope.child(quiet, () -> {
            Database database = DatabaseFactory.getInstance()
                    .findCorrectDatabaseImplementation(new JdbcConnection(dataSource.getConnection()));
            try (Liquibase liquibase = new Liquibase(file, new ClassLoaderResourceAccessor(), database)) {
                liquibase.setShowSummaryOutput(UpdateSummaryOutputEnum.LOG);
                int missing = liquibase
                        .listUnrunChangeSets(new Contexts(), new LabelExpression())
                        .size();
                if (apply && missing > 0) { // update() would list them again
                    liquibase.update(new Contexts());
                }
                return missing;
            }
        });
    }
}
