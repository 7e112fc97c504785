package com.ketomealplan.neon.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Creates files that only their owner may read, on a POSIX file system. */
final class Directories {

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private Directories() {}

    static void createPrivate(Path directory) throws IOException {
        Files.createDirectories(directory, owner("rwx------"));
    }

    static void writePrivate(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, owner("rw-------"));
        Files.writeString(file, text);
    }

    /** Returns why files cannot be written to a directory, if that is the cause of a failure. */
    static Optional<String> obstacle(Path directory, Throwable failure, long needed) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException ofFiles) {
                return Optional.of(inWords(ofFiles));
            }
        }
        return isFull(directory, needed)
                ? Optional.of("its disk is full: less than " + (needed >> 20) + " MiB are left")
                : Optional.empty();
    }

    private static String inWords(FileSystemException failure) {
        if (failure instanceof AccessDeniedException) {
            return "this user may not write to " + failure.getFile();
        }
        if (failure instanceof FileAlreadyExistsException) {
            return failure.getFile() + " is a file";
        }
        return failure instanceof NoSuchFileException || failure.getReason() == null
                ? failure.getFile() + " cannot be made"
                : failure.getFile() + " cannot be written (" + failure.getReason() + ")";
    }

    /** Returns whether less space is left. A file system of unknown size is not full. */
    static boolean isFull(Path directory, long needed) {
        try {
            FileStore store = Files.getFileStore(directory);
            return store.getTotalSpace() > 0 && store.getUsableSpace() >= 0 && store.getUsableSpace() < needed;
        } catch (IOException e) {
            return false;
        }
    }

    static void closeQuietly(Closeable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (IOException e) {
            // the failure that led here is the one to report
        }
    }

    private static FileAttribute<?>[] owner(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
