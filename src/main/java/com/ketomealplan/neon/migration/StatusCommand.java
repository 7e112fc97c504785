package com.ketomealplan.neon.migration;

import io.dropwizard.core.Configuration;
import io.dropwizard.db.DatabaseConfiguration;
import io.dropwizard.migrations.DbStatusCommand;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import net.sourceforge.argparse4j.inf.Namespace;

/**
 * {@code db status}, with exit code 1 if changesets are pending.
 */
final class StatusCommand<T extends Configuration> extends DbStatusCommand<T> {

    StatusCommand(DatabaseConfiguration<T> database, Class<T> type, String file) {
        super(database, type, file);
    }

    @Override
    public void run(Namespace arguments, Liquibase liquibase) throws Exception {
        super.run(arguments, liquibase);
        int pending = liquibase
                .listUnrunChangeSets(new Contexts(contexts(arguments)), new LabelExpression())
                .size();
        if (pending > 0) {
            throw new PendingChangesetsException(pending, "the database");
        }
    }

    private static String contexts(Namespace arguments) {
        return Stream.ofNullable(arguments.<Object>getList("contexts"))
                .flatMap(List::stream)
                .map(Object::toString)
                .collect(Collectors.joining(","));
    }
}
