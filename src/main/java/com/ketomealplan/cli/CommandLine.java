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
 * Runs the command of a command line. Dropwizard prints the command's help for a wrong argument, and a stack trace for a failure. Here
 * both are one line, with distinct exit codes. Unexpected exceptions keep their stack trace.
 */
public final class CommandLine {

    /** The command has succeeded; for {@code server}: it was started. */
    public static final int DONE = 0;

    /** The command has failed: the configuration, the database, or its result. */
    public static final int FAILED = 1;

    /** There is no such command, option or file: nothing was tried. */
    public static final int WRONG = 2;

    private CommandLine() {}

    /**
     * Runs a command.
     *
     * @param out for results
     * @param err for errors
     * @return the exit code
     */
    public static int run(Bootstrap<?> bootstrap, PrintStream out, PrintStream err, String... arguments) {
        JarLocation jar = new JarLocation(bootstrap.getApplication().getClass());
        Optional<Throwable> failure =
                new Cli(jar, bootstrap, out, OutputStream.nullOutputStream()).run(arguments); // reported below instead
        failure.ifPresent(reason -> report(reason, err));
        return failure.map(CommandLine::exitCode).orElse(DONE);
    }

    private static void report(Throwable reason, PrintStream err) {
        if (reason instanceof ArgumentParserException wrong) {
            err.println(wrong.getMessage() + "; to see what there is: " + command(wrong.getParser()) + " --help");
        } else {
            reason.printStackTrace(err); // expected ones have no stack trace, and print only their message
        }
    }

    /** Returns the start of the usage: {@code java -jar NAME.jar db rollback}. */
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
