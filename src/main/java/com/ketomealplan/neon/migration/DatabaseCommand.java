package com.ketomealplan.neon.migration;

import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.db.DatabaseConfiguration;
import io.dropwizard.migrations.AbstractLiquibaseCommand;
import io.dropwizard.migrations.DbCalculateChecksumCommand;
import io.dropwizard.migrations.DbClearChecksumsCommand;
import io.dropwizard.migrations.DbDropAllCommand;
import io.dropwizard.migrations.DbDumpCommand;
import io.dropwizard.migrations.DbFastForwardCommand;
import io.dropwizard.migrations.DbGenerateDocsCommand;
import io.dropwizard.migrations.DbLocksCommand;
import io.dropwizard.migrations.DbMigrateCommand;
import io.dropwizard.migrations.DbPrepareRollbackCommand;
import io.dropwizard.migrations.DbRollbackCommand;
import io.dropwizard.migrations.DbTagCommand;
import io.dropwizard.migrations.DbTestCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.exception.LiquibaseException;
import liquibase.exception.UnexpectedLiquibaseException;
import net.sourceforge.argparse4j.inf.ArgumentParserException;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import net.sourceforge.argparse4j.inf.Subparsers;

/**
 * Dropwizard's {@code db} commands, with a line of help each, arguments checked before the database is opened, and failures in one line.
 *
 * @param <T> the application's configuration
 */
public final class DatabaseCommand<T extends Configuration> extends Command {

    private static final String SUBCOMMAND = "subcommand";

    /** The further arguments of a command. */
    private static final Map<String, String> FURTHER = Map.of(
            "tag", "a tag: db tag config.yml TAG",
            "calculate-checksum", "a changeset: db calculate-checksum config.yml ID AUTHOR",
            "generate-docs", "a directory: db generate-docs config.yml DIRECTORY");

    private static final Map<String, String> NOTES = Map.of(
            "rollback",
            " Takes one of --count, --tag and --date; a date is written as 2026/11/28, or as '2026/11/28 18:30'.");

    private final SortedMap<String, AbstractLiquibaseCommand<T>> commands = new TreeMap<>();
    private final Map<String, Subparser> parsers = new TreeMap<>();

    /**
     * @param file the root of the change log, on the class path
     */
    public DatabaseCommand(DatabaseConfiguration<T> database, Class<T> type, String file) {
        super("db", "Look at the database's schema, and change it");
        Stream.of(
                        new DbCalculateChecksumCommand<>(database, type, file),
                        new DbClearChecksumsCommand<>(database, type, file),
                        new DbDropAllCommand<>(database, type, file),
                        new DbDumpCommand<>(database, type, file),
                        new FastForwardCommand<>(database, type, file),
                        new DbGenerateDocsCommand<>(database, type, file),
                        new DbLocksCommand<>(database, type, file),
                        new DbMigrateCommand<>(database, type, file),
                        new DbPrepareRollbackCommand<>(database, type, file),
                        new DbRollbackCommand<>(database, type, file),
                        new StatusCommand<>(database, type, file),
                        new DbTagCommand<>(database, type, file),
                        new DbTestCommand<>(database, type, file))
                .forEach(command -> commands.put(command.getName(), command));
    }

    @Override
    public void configure(Subparser parser) {
        parser.help(getDescription());
        Subparsers subparsers = parser.addSubparsers().title("commands").metavar("COMMAND");
        commands.forEach((name, command) -> {
            Subparser own = subparsers
                    .addParser(name)
                    .setDefault(SUBCOMMAND, name)
                    .help(command.getDescription())
                    .description(command.getDescription() + NOTES.getOrDefault(name, ""));
            command.configure(own);
            parsers.put(name, own);
        });
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws Exception {
        String name = arguments.getString(SUBCOMMAND);
        check(name, arguments);
        try {
            // A failure is printed once. The scope is not exited, as in Dropwizard's commands
            Scope.enter(Map.of(CommandScope.DO_NOT_SEND_EXCEPTION_TO_UI, true));
            commands.get(name).run(bootstrap, arguments);
        } catch (DatabaseNotOpenedException e) {
            throw e; // one line already
        } catch (LiquibaseException | UnexpectedLiquibaseException | SQLException | IOException e) {
            throw new MigrationFailedException("db " + name, e);
        }
    }

    /** Checks what Dropwizard's commands would check only after the database was opened, with a stack trace. */
    private void check(String name, Namespace arguments) throws ArgumentParserException {
        String further = FURTHER.get(name);
        if (arguments.getString("file") == null) {
            throw wrong(name, "names no configuration file" + (further == null ? "" : ", or not " + further));
        }
        String file = arguments.getString("migrations-file");
        if (file != null && !Files.isReadable(Path.of(file))) {
            throw wrong(name, "--migrations names " + file + ", which does not exist or cannot be read");
        }
        Integer count = arguments.get("count");
        if (count != null && count < 1) {
            throw wrong(name, "--count must be 1 or more");
        }
        if ("locks".equals(name)
                && Boolean.TRUE.equals(arguments.getBoolean("list"))
                        == Boolean.TRUE.equals(arguments.getBoolean("release"))) {
            throw wrong(name, "takes one of --list and --force-release");
        }
        long ends = Stream.of("tag", "date", "count")
                .map(arguments::<Object>get)
                .filter(Objects::nonNull)
                .count();
        if ("rollback".equals(name) && ends != 1) {
            throw wrong(name, "takes one of --count, --tag and --date, to tell how far; for the last changeset: -c 1");
        }
    }

    private ArgumentParserException wrong(String name, String problem) {
        return new ArgumentParserException("db " + name + " " + problem, parsers.get(name));
    }

    /** Makes the protected constructor accessible. */
    private static final class FastForwardCommand<T extends Configuration> extends DbFastForwardCommand<T> {
        FastForwardCommand(DatabaseConfiguration<T> database, Class<T> type, String file) {
            super(database, type, file);
        }
    }
}
