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

/** Brings a database to the newest schema, as {@code db migrate} does. */
public final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private Migrations() {}

    /** That a target lacks so many changesets, with the way out. */
    static String describe(int pending, String target) {
        return "%s lacks %d changeset%s: apply %s by db migrate, with the configuration that the service is started with"
                .formatted(target, pending, pending == 1 ? "" : "s", pending == 1 ? "it" : "them");
    }

    /**
     * Reads the change log and forgets it. Most of the time that applying it takes is loading Liquibase, which can be done
     * while the database is unpacked and started.
     */
    public static void preload(String file) {
        try {
            ClassLoaderResourceAccessor classPath = new ClassLoaderResourceAccessor();
            ChangeLogParserFactory.getInstance()
                    .getParser(file, classPath)
                    .parse(file, new ChangeLogParameters(), classPath);
        } catch (LiquibaseException | RuntimeException e) {
            LOG.debug("The migrations cannot be read; applying them will say so", e);
        }
    }

    /**
     * Applies what is missing.
     *
     * @param file the root of the change log, on the class path
     * @return how many change sets were missing
     * @throws Exception if the database cannot be reached, or a change set failed; those before it are applied
     */
    public static int apply(MigrationDataSource dataSource, String file) throws Exception {
        return with(dataSource, file, true);
    }

    /**
     * Counts what is missing, as {@link #apply} does.
     *
     * @throws Exception if the database cannot be reached, or does not let itself be asked
     */
    static int countPending(MigrationDataSource dataSource, String file) throws Exception {
        return with(dataSource, file, false);
    }

    private static int with(MigrationDataSource dataSource, String file, boolean apply) throws Exception {
        // To the log, not to the console; but for what has failed, which is thrown
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
                if (apply && missing > 0) { // finding out is half of the work, and of each later start
                    liquibase.update(new Contexts());
                }
                return missing;
            }
        });
    }
}
