package com.ketomealplan.neon.credentials;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A small file that may be replaced at any time. It is opened by its path each time, so that a symbolic link on the way may lead to
 * another file by now, as it does where Kubernetes mounts a secret. Thread-safe.
 */
final class SecretFile {

    private static final int LARGEST = 64 * 1024;

    /** How long a read may block a log-in. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private final String name;
    private final boolean forOwnerOnly;
    private CompletableFuture<String> hanging = CompletableFuture.completedFuture("");

    /**
     * @param name the path
     * @param forOwnerOnly whether a file that group or others may access is refused, on a POSIX file system
     */
    SecretFile(String name, boolean forOwnerOnly) {
        this.name = name;
        this.forOwnerOnly = forOwnerOnly;
    }

    /**
     * Returns the text in it. Blocks for {@link #PATIENCE} at most.
     *
     * @throws UnusableFileException if it cannot be read
     */
    String read() throws UnusableFileException {
        CompletableFuture<String> reading = begin();
        try {
            return reading.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            hangs(reading);
            throw inVain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw inVain();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnusableFileException unusable) {
                throw unusable;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Starts a read, unless another one hangs. */
    private synchronized CompletableFuture<String> begin() throws UnusableFileException {
        if (!hanging.isDone()) {
            throw inVain();
        }
        CompletableFuture<String> reading = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(reading), "secret-reader");
        thread.setDaemon(true);
        thread.start();
        return reading;
    }

    private synchronized void hangs(CompletableFuture<String> reading) {
        hanging = reading;
    }

    private static UnusableFileException inVain() {
        return new UnusableFileException("names a file that could not be read within " + PATIENCE.toSeconds()
                + " s; does its file system answer?");
    }

    private void complete(CompletableFuture<String> reading) {
        try {
            reading.complete(readNow());
        } catch (UnusableFileException | RuntimeException | Error e) {
            reading.completeExceptionally(e);
        }
    }

    private String readNow() throws UnusableFileException {
        try {
            Path file = Path.of(name);
            check(file);
            byte[] content;
            try (InputStream in = Files.newInputStream(file)) {
                content = in.readNBytes(LARGEST + 1);
            }
            if (content.length > LARGEST) {
                throw new UnusableFileException(
                        "names a file larger than " + LARGEST / 1024 + " KiB; name another one");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnusableFileException("names a file that is no text in UTF-8; write it again");
        } catch (InvalidPathException e) {
            throw new UnusableFileException("is no path of a file");
        } catch (IOException e) {
            throw new UnusableFileException("names a file that cannot be read; may this user read it?");
        }
    }

    /** Refuses what is not a regular file: a pipe would block, and has its content only once. */
    private void check(Path file) throws UnusableFileException, IOException {
        if (Files.notExists(file)) {
            throw new MissingFileException();
        }
        if (Files.isDirectory(file)) {
            throw new UnusableFileException("names a directory; name the file in it");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnusableFileException("names something that is no regular file; name one");
        }
        if (forOwnerOnly && isForOthersToo(file)) {
            throw new UnusableFileException(
                    "names a file that group or others may access, which is not used; make it u=rw (0600) or less");
        }
    }

    private static boolean isForOthersToo(Path file) throws IOException {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains);
        } catch (UnsupportedOperationException e) { // Windows, where libpq does not check either
            return false;
        }
    }

    /** Thrown if the file does not exist. */
    static final class MissingFileException extends UnusableFileException {

        private static final long serialVersionUID = 1L;

        MissingFileException() {
            super("names a file that does not exist; write the path of one that does");
        }
    }
}
