package com.ketomealplan.logging;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Converts output of the process that is not from the log to one JSON object a line in production: before the log is configured, of a
 * library, at the end. Lines that are JSON already, such as those of the log, are not changed.
 */
public final class JsonOutput extends OutputStream {

    /** The commands whose output is a log; that of others is a result: a dump, a list, a help. */
    private static final Set<List<String>> LOGGING =
            Set.of(List.of("server"), List.of("db", "migrate"), List.of("db", "rollback"));

    /** The options with which the output is a result too: the SQL that would be executed, or the help. Short ones may be combined. */
    private static final Pattern ASKING = Pattern.compile("-[nh].*|--dry-run|--help");

    /** The pattern of the log before it is configured. */
    private static final Pattern EARLY =
            Pattern.compile("(ERROR|WARN|INFO|DEBUG|TRACE) +\\[[^]]*] ([\\w.$]+): (.*)", Pattern.DOTALL);

    /** A longer line is split. */
    private static final int LONGEST = 64 * 1024;

    private final PrintStream next;
    private final String level;
    private final String name;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream ended = new ByteArrayOutputStream();

    /**
     * @param level the level of lines without one
     * @param name the name in place of a logger's
     */
    JsonOutput(PrintStream next, String level, String name) {
        this.next = next;
        this.level = level;
        this.name = name;
    }

    /**
     * Replaces the outputs of the process, in production; and logs, in any environment, the exceptions that end threads.
     *
     * @param environment the environment of the process
     * @param arguments the arguments of its command
     */
    public static void install(Map<String, String> environment, String... arguments) {
        Thread.setDefaultUncaughtExceptionHandler((thread, reason) -> LoggerFactory.getLogger(JsonOutput.class)
                .error("Thread {} ended by an exception", thread.getName(), reason));
        if (!new Style(environment.get("ENV"), null).isForMachines()) {
            return;
        }
        System.setErr(print(new JsonOutput(System.err, "ERROR", "stderr")));
        if (isLog(List.of(arguments))) {
            System.setOut(print(new JsonOutput(System.out, "INFO", "stdout")));
        }
    }

    /** Returns whether the output of a command is a log. */
    static boolean isLog(List<String> command) {
        return command.stream().noneMatch(argument -> ASKING.matcher(argument).matches())
                && LOGGING.stream()
                        .anyMatch(known -> known.equals(command.subList(0, Math.min(known.size(), command.size()))));
    }

    /** Returns the stream, whose last line is ended at the end of the process. */
    private static PrintStream print(JsonOutput output) {
        PrintStream printed = new PrintStream(output, true, StandardCharsets.UTF_8);
        Runtime.getRuntime().addShutdownHook(new Thread(printed::println, "last line of " + output.name));
        return printed;
    }

    @Override
    public void write(int character) {
        write(new byte[] {(byte) character}, 0, 1);
    }

    /** Passes all lines that end in the bytes on at once. */
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        int begin = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, begin, i - begin);
                begin = i + 1;
                end();
            }
        }
        line.write(bytes, begin, offset + length - begin);
        if (line.size() > LONGEST) {
            end();
        }
        if (ended.size() > 0) {
            next.write(ended.toByteArray(), 0, ended.size());
            next.flush();
            ended.reset();
        }
    }

    /** Passes only whole lines on. */
    @Override
    public void flush() {
        next.flush();
    }

    private void end() {
        byte[] whole = line.toByteArray();
        line.reset();
        boolean json = isObject(whole);
        String text = json ? "" : new String(whole, StandardCharsets.UTF_8).stripTrailing();
        if (!json && text.isEmpty()) {
            return;
        }
        ended.writeBytes(json ? whole : object(text).getBytes(StandardCharsets.UTF_8));
        ended.write('\n');
    }

    private static boolean isObject(byte[] whole) {
        int length = whole.length;
        while (length > 0 && Character.isWhitespace(whole[length - 1])) {
            length--;
        }
        return length > 1 && whole[0] == '{' && whole[length - 1] == '}';
    }

    private String object(String text) {
        Matcher early = EARLY.matcher(text);
        boolean known = early.matches();
        return "{\"timestamp\":\"" + Instant.now().truncatedTo(ChronoUnit.MILLIS)
                + "\",\"level\":\"" + (known ? early.group(1) : level)
                + "\",\"thread\":\"" + quoted(Thread.currentThread().getName())
                + "\",\"logger\":\"" + quoted(known ? early.group(2) : name)
                + "\",\"message\":\"" + quoted(known ? early.group(3) : text) + "\"}";
    }

    private static String quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }
}
