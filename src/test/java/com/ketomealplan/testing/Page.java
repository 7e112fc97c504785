package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The README, or a page of {@code src/site/markdown}: its blocks, links, names and tables, for the tests that check them.
 *
 * @param file relative to the repository
 */
public record Page(Path file, String text) {

    public static final Path README = Path.of("README.md");

    public static final Path DIRECTORY = Path.of("src", "site", "markdown");

    private static final Pattern FENCE =
            Pattern.compile("(?m)^(?:<!-- (?<source>[^ \\n]+) -->\\n)?```(?<info>[^\\n]*)\\n(?<text>(?s:.*?))^```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern ID = Pattern.compile("<a id=\"([^\"]+)\"></a>");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

    /**
     * A fenced block.
     *
     * @param source the file that it is a part of; written as a comment in the line before
     * @param language what follows the fence, such as {@code yaml}, or {@code yaml kubernetes} where another program reads it
     */
    public record Block(Page page, Optional<String> source, String language, String text) {
        @Override
        public String toString() {
            return page.file() + ", " + language + ": "
                    + text.lines().findFirst().orElse("");
        }
    }

    /** All of them. */
    public static List<Page> all() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return Stream.concat(Stream.of(README), files.sorted())
                    .map(Page::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One of {@code src/site/markdown}.
     *
     * @param name without its ending
     */
    public static Page of(String name) {
        return read(DIRECTORY.resolve(name + ".md"));
    }

    public static Page read(Path file) {
        try {
            return new Page(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The blocks of all pages in one of these languages. */
    public static List<Block> blocksIn(String... languages) {
        return all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> List.of(languages).contains(block.language()))
                .toList();
    }

    public List<Block> blocks() {
        return FENCE.matcher(text)
                .results()
                .map(found -> new Block(this, Optional.ofNullable(found.group(1)), found.group(2), found.group(3)))
                .toList();
    }

    /** The text without its blocks. */
    public String prose() {
        return FENCE.matcher(text).replaceAll("");
    }

    /** What is written as code between words. */
    public List<String> code() {
        return CODE.matcher(prose()).results().map(found -> found.group(1)).toList();
    }

    public List<String> links() {
        return LINK.matcher(CODE.matcher(prose()).replaceAll(""))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** What a link may end with after its {@code #}, as GitHub makes it of headings. */
    public Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        ID.matcher(prose()).results().forEach(found -> anchors.add(found.group(1)));
        HEADING.matcher(prose())
                .results()
                .forEach(found -> anchors.add(ID.matcher(found.group(1))
                        .replaceAll("")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-')));
        return anchors;
    }

    /** The rows of the tables below a heading and before the next one, without their heads: the cells as they are written. */
    public List<List<String>> rows(String heading) {
        Matcher begin =
                Pattern.compile("(?m)^#+ " + Pattern.quote(heading) + "$").matcher(text);
        if (!begin.find()) {
            throw new AssertionError(file + " has no heading " + heading);
        }
        Matcher next = HEADING.matcher(text);
        int end = next.find(begin.end()) ? next.start() : text.length();
        List<List<String>> rows = new ArrayList<>();
        for (String line : text.substring(begin.end(), end).lines().toList()) {
            if (line.startsWith("|---")) {
                rows.remove(rows.size() - 1);
            } else if (line.startsWith("|")) {
                rows.add(cells(line));
            }
        }
        return rows;
    }

    private static List<String> cells(String row) {
        return Pattern.compile("\\|((?:`[^`]*`|[^|`])*)(?=\\|)")
                .matcher(row)
                .results()
                .map((MatchResult cell) -> cell.group(1).strip())
                .toList();
    }

    /** The one name that a cell has between backticks; the whole cell if there is none. */
    public static String name(String cell) {
        Matcher name = CODE.matcher(cell);
        return name.find() ? name.group(1) : cell;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
