package com.ketomealplan.cli;

import com.ketomealplan.config.ConfigurationMistakes;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.util.JarLocation;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;
import net.sourceforge.argparse4j.inf.ArgumentParser;
import net.sourceforge.argparse4j.inf.ArgumentParserException;

/**
 * Runs the command that a command line names. Dropwizard prints all of a command's help below what is wrong with its arguments, and a
 * stack below what it does not know. Here a mistake is one line, and its exit code tells scripts whose mistake it is. What nobody has
 * foreseen keeps its stack.
 */
public final class CommandLine {

    /** The command has done its work; a server has been started, and runs on. */
    public static final int DONE = 0;

    /** The command has failed: by its configuration, by the database, or by what it has found. */
    public static final int FAILED = 1;

    /** There is no such command, option or file: nothing was tried. */
    public static final int WRONG = 2;

    private CommandLine() {}

    /**
     * Runs a command.
     *
     * @param out for what is asked for
     * @param err for what is wrong
     * @return the exit code
     */
    public static int run(Bootstrap<?> bootstrap, PrintStream out, PrintStream err, String... arguments) {
        JarLocation jar = new JarLocation(bootstrap.getApplication().getClass());
        Optional<Throwable> failure =
                new Cli(jar, bootstrap, out, OutputStream.nullOutputStream()).run(arguments); // told here instead
        failure.ifPresent(reason -> report(reason, err));
        return failure.map(CommandLine::exitCode).orElse(DONE);
    }

    private static void report(Throwable reason, PrintStream err) {
        if (reason instanceof ArgumentParserException wrong) {
            err.println(wrong.getMessage() + "; to see what there is: " + command(wrong.getParser()) + " --help");
        } else {
            reason.printStackTrace(err); // what was foreseen has none, and its message is what it prints
        }
    }

    /** What a usage begins with: {@code java -jar NAME.jar db rollback}. */
    private static String command(ArgumentParser parser) {
        String usage = parser.formatUsage().replaceAll("\\s+", " ");
        return usage.replaceFirst("^.*?(?=java -jar )", "").replaceFirst(" \\[.*", "");
    }

    private static int exitCode(Throwable reason) {
        boolean wrong = reason instanceof ArgumentParserException
                || reason instanceof ConfigurationMistakes mistakes && mistakes.isOfTheCommandLine();
        return wrong ? WRONG : FAILED;
    }
}
