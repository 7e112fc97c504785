package com.ketomealplan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HAProxy or nginx, as the page of balancers sets it up. */
public final class Balancer implements AutoCloseable {

    private static final Path PAGE = Path.of("src", "site", "markdown", "balancers.md");

    private final LoggedProcess process;

    private Balancer(LoggedProcess process) {
        this.process = process;
    }

    /** The text of this language in the page. */
    public static String snippet(String language) {
        try {
            Matcher fence = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(PAGE));
            assertThat(fence.find()).as(PAGE + " has " + language).isTrue();
            return fence.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts these instances of this machine in place of the three in a text of the page, and a port in place of 80. */
    public static String on(String snippet, int port, List<Integer> instances) {
        String text = snippet.replace("bind :80", "bind 127.0.0.1:" + port)
                .replace("listen 80;", "listen 127.0.0.1:" + port + ";");
        for (int i = 0; i < instances.size(); i++) {
            String address = "10.0.0." + (i + 1) + ":8080";
            assertThat(text).contains(address);
            text = text.replace(address, "127.0.0.1:" + instances.get(i));
        }
        return text;
    }

    /** Runs HAProxy with this configuration, which listens at the port. */
    public static Balancer haproxy(String configuration, int port) {
        Path file = write("haproxy", ".cfg", configuration);
        return start(port, Program.HAPROXY, "-db", "-f", file.toString());
    }

    /** The same of nginx, which has this below {@code http}. */
    public static Balancer nginx(String configuration, int port) {
        Path file = write("nginx", ".conf", aroundForNginx(configuration, directory()));
        return start(port, Program.NGINX, "-e", "stderr", "-c", file.toString());
    }

    /** A whole configuration of nginx, which has this below {@code http} and writes only into the directory. */
    public static String aroundForNginx(String configuration, Path directory) {
        StringBuilder paths = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            paths.append("%s_temp_path %s/%s;\n".formatted(kind, directory, kind));
        }
        return """
                daemon off;
                pid %s/pid;
                events {}
                http {
                access_log off;
                %s
                %s
                }
                """.formatted(directory, paths, configuration);
    }

    private static Balancer start(int port, Program program, String... arguments) {
        try {
            List<String> command =
                    new ArrayList<>(List.of(program.path().orElseThrow().toString()));
            command.addAll(List.of(arguments));
            Path log = Files.createTempFile(Path.of("target"), "balancer", ".log");
            return new Balancer(LoggedProcess.start(command, log).awaitListening(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "balancer");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path write(String name, String suffix, String content) {
        try {
            return Files.writeString(Files.createTempFile(Path.of("target").toAbsolutePath(), name, suffix), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says this to HAProxy's socket for administration, and returns what it says. */
    public String tell(int administration, String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), administration)) {
            socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String output() {
        return process.output();
    }

    /** Ends it at once, with all connections. */
    @Override
    public void close() {
        process.close();
    }
}
