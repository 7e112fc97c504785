package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The counted limits of the code. */
class SourceTest {

    private static final int MAX_LINES_OF_A_CLASS = 350;
    private static final int MAX_TYPES_OF_A_PACKAGE = 20;
    private static final int MAX_LINES_OF_A_METHOD = 40;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    @Test
    void noClassHasMoreThan350Lines() throws IOException {
        assertThat(sources()).isNotEmpty().allSatisfy(file -> assertThat(Files.readAllLines(file))
                .as(file.toString())
                .hasSizeLessThanOrEqualTo(MAX_LINES_OF_A_CLASS));
    }

    /** Of their own file; package-info is none. */
    @Test
    void noPackageHasMoreThan20Types() throws IOException {
        Map<Path, Long> types = sources().stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));

        assertThat(types).isNotEmpty().allSatisfy((directory, count) -> assertThat(count)
                .as(directory.toString())
                .isLessThanOrEqualTo(MAX_TYPES_OF_A_PACKAGE));
    }

    @Test
    void noMethodHasMoreThan40Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void nothing) {
                        LineMap lines = unit.getLineMap();
                        long length = lines.getLineNumber(positions.getEndPosition(unit, method))
                                - lines.getLineNumber(positions.getStartPosition(unit, method))
                                + 1;
                        if (length > MAX_LINES_OF_A_METHOD) {
                            tooLong.add(unit.getSourceFile().getName() + ": " + method.getName() + ", " + length
                                    + " lines");
                        }
                        return super.visitMethod(method, nothing);
                    }
                }.scan(unit, null);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    /** In a comment on the same line. */
    @Test
    void eachSuppressedWarningHasAReason() throws IOException {
        assertThat(sources()).allSatisfy(file -> assertThat(Files.readAllLines(file))
                .as(file.toString())
                .filteredOn(line -> line.contains("@SuppressWarnings"))
                .allMatch(line -> line.contains(" // ")));
    }
}
