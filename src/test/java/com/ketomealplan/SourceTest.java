package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be counted of the code. */
class SourceTest {

    private static final int MOST_LINES = 350;

    @Test
    void noClassIsLongerThanAReaderCanHold() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            all = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertThat(all).isNotEmpty().allSatisfy(file -> assertThat(Files.readAllLines(file))
                .as(file.toString())
                .hasSizeLessThanOrEqualTo(MOST_LINES));
    }
}
