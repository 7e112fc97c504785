package com.ketomealplan.neon.migration;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads the changesets of a change log without Liquibase, whose loading takes longer than the rest of a start. Supports XML that includes
 * formatted SQL from the class path, and no other change log.
 */
final class ChangeLog {

    private static final Pattern CHANGESET = Pattern.compile(
            "(?im)^\\s*--\\s*changeset\\s+(?<author>\"[^\"]+\"|[^:\\r\\n]+):(?<id>\"[^\"]+\"|\\S+)(?<rest>.*)$");

    /** A line that begins a changeset for Liquibase. */
    private static final Pattern BEGINNING = Pattern.compile("(?im)^\\s*--\\s*changeset\\b");

    /** Changesets that are run in some databases only, never or repeatedly: only Liquibase knows whether they are applied. */
    private static final Pattern CONDITIONAL =
            Pattern.compile("(?i)\\b(dbms|contexts?|contextFilter|labels|ignore|runOnChange|runAlways):");

    private static final Set<String> KNOWN = Set.of("databaseChangeLog", "include");

    private ChangeLog() {}

    /**
     * A changeset without its file, which may have been moved.
     *
     * @param author the author in the change log
     */
    record Changeset(String author, String id) {}

    /** Returns the changesets that each database is to have; empty if the change log has unsupported parts. */
    static Optional<Set<Changeset>> read(String file) {
        Set<Changeset> found = new LinkedHashSet<>();
        try (InputStream root = open(file)) {
            XMLInputFactory factory = XMLInputFactory.newFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            XMLStreamReader elements = factory.createXMLStreamReader(root);
            while (elements.hasNext()) {
                if (elements.next() == XMLStreamReader.START_ELEMENT) {
                    String included = elements.getAttributeValue(null, "file");
                    boolean readable = KNOWN.contains(elements.getLocalName())
                            && elements.getAttributeCount() <= 1 // a name-space's schema, or the file
                            && (included == null || included.endsWith(".sql"));
                    if (!readable) {
                        return Optional.empty();
                    }
                    if (included != null && !readSql(included, found)) {
                        return Optional.empty();
                    }
                }
            }
        } catch (IOException | XMLStreamException e) {
            return Optional.empty();
        }
        return Optional.of(found);
    }

    private static boolean readSql(String file, Set<Changeset> found) throws IOException {
        try (InputStream sql = open(file)) {
            String text = new String(sql.readAllBytes(), StandardCharsets.UTF_8);
            Matcher lines = CHANGESET.matcher(text);
            long read = 0;
            while (lines.find()) {
                if (CONDITIONAL.matcher(lines.group("rest")).find()) {
                    return false;
                }
                found.add(new Changeset(unquoted(lines.group("author")), unquoted(lines.group("id"))));
                read++;
            }
            return read == BEGINNING.matcher(text).results().count();
        }
    }

    private static String unquoted(String text) {
        return text.replace("\"", "");
    }

    private static InputStream open(String file) throws FileNotFoundException {
        InputStream found = ChangeLog.class.getClassLoader().getResourceAsStream(file);
        if (found == null) {
            throw new FileNotFoundException(file);
        }
        return found;
    }
}
