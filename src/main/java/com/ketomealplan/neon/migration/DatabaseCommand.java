package com.ketomealplan.neon.migration;

import io.dropwizard.core.Configuration;
import io.dropwizard.db.DatabaseConfiguration;
import io.dropwizard.migrations.DbCommand;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import net.sourceforge.argparse4j.inf.Namespace;

/**
 * Dropwizard's {@code db} commands. {@code db status} fails if changesets are pending, so that a script which is to serve only what
 * is migrated need not read its words.
 *
 * @param <T> the application's configuration
 */
public final class DatabaseCommand<T extends Configuration> extends DbCommand<T> {

    /**
     * @param file the root of the change log, on the class path
     */
    public DatabaseCommand(DatabaseConfiguration<T> database, Class<T> configuration, String file) {
        super("db", database, configuration, file);
    }

    @Override
    public void run(Namespace arguments, Liquibase liquibase) throws Exception {
        super.run(arguments, liquibase);
        if ("status".equals(arguments.getString("subcommand"))) {
            int pending = liquibase
                    .listUnrunChangeSets(new Contexts(contexts(arguments)), new LabelExpression())
                    .size();
            if (pending > 0) {
                throw new PendingChangesetsException(pending, "the database");
            }
        }
    }

    private static String contexts(Namespace arguments) {
        return Stream.ofNullable(arguments.<Object>getList("contexts"))
                .flatMap(List::stream)
                .map(Object::toString)
                .collect(Collectors.joining(","));
    }
}
