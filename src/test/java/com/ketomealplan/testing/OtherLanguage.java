package com.ketomealplan.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Another language of this JVM for the time of a test, which is alone in it; and classes of its own, because a class keeps what it
 * reads of the language when it is initialized, such as the driver its texts.
 */
public final class OtherLanguage implements AutoCloseable {

    /** Its digits are not ASCII's. */
    public static final Locale PERSIAN = Locale.forLanguageTag("fa-IR");

    private final Locale before = Locale.getDefault();
    private final URLClassLoader classes;

    private OtherLanguage(Locale language) {
        URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(OtherLanguage::url)
                .toArray(URL[]::new);
        classes = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
        Locale.setDefault(language);
    }

    public static OtherLanguage of(Locale language) {
        return new OtherLanguage(language);
    }

    private static URL url(String file) {
        try {
            return Path.of(file).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies a function as classes do that are loaded now. */
    public String apply(Class<? extends UnaryOperator<String>> function, String argument) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            Object loaded = classes.loadClass(function.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            return (String) UnaryOperator.class.getMethod("apply", Object.class).invoke(loaded, argument);
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    @Override
    public void close() {
        Locale.setDefault(before);
        try {
            classes.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
