package com.ketomealplan.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.health.DatabaseCondition;
import com.ketomealplan.testing.Page;
import com.ketomealplan.testing.Page.Block;
import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the drawings of the page of the architecture are the code's. Where one is not, {@code target} has what it has to be. */
class ArchitecturePageTest {

    private static final String ROOT = "com.ketomealplan";

    private static final String LAYER = "neon";

    private static final Page PAGE = Page.of("architecture");

    /** Ours alone: what they are made of need not be read, which would take most of the time. */
    private static final JavaClasses CLASSES = ArchConfiguration.withThreadLocalScope(configuration -> {
        configuration.setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter().importPath(Path.of("target", "classes"));
    });

    @Test
    void theServicesPackagesAreDrawnAsTheyAre() throws IOException {
        Map<String, Set<String>> uses = dependencies(ArchitecturePageTest::ofService);

        assertDrawn("packages-of-the-service.mmd", flowchart(uses));
    }

    @Test
    void theLayersPackagesAreDrawnAsTheyAre() throws IOException {
        Map<String, Set<String>> uses = dependencies(ArchitecturePageTest::ofLayer);

        assertDrawn("packages-of-the-layer.mmd", flowchart(uses));
    }

    @Test
    void everyPackageHasARow() {
        Set<String> packages = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.equals(ROOT))
                .map(name -> name.substring(ROOT.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> rows = Stream.of("The service", "The layer")
                .flatMap(heading -> PAGE.rows(heading).stream())
                .map(row -> Page.name(row.get(0)))
                .toList();

        assertThat(rows).containsExactlyInAnyOrderElementsOf(packages);
    }

    /** The way of a request goes through packages that there are. */
    @Test
    void whoTakesPartInARequestIsThere() {
        List<String> participants = Pattern.compile("(?m)^ *participant (\\S+)")
                .matcher(PAGE.text())
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(participants).isNotEmpty().allSatisfy(name -> assertThat(CLASSES.containPackage(ROOT + "." + name))
                .as(name)
                .isTrue());
    }

    /** Its states are the layer's own, and its transitions a method of theirs. */
    @Test
    void theStatesOfALeaseAreDrawnAsTheyAre() throws Exception {
        Class<?> states = Class.forName(ROOT + ".neon.lease.LeaseState");
        Method canBecome = states.getDeclaredMethod("canBecome", states);
        canBecome.setAccessible(true);
        List<String> lines = new ArrayList<>(List.of("stateDiagram-v2"));
        Object[] all = states.getEnumConstants();
        lines.add("    [*] --> " + all[0]);
        for (Object from : all) {
            List<String> next = new ArrayList<>();
            for (Object to : all) {
                if ((boolean) canBecome.invoke(from, to)) {
                    next.add("    " + from + " --> " + to);
                }
            }
            lines.addAll(next.isEmpty() ? List.of("    " + from + " --> [*]") : next);
        }

        assertDrawn("states-of-a-lease.mmd", String.join("\n", lines) + "\n");
    }

    @Test
    void theDrawingOfTheDatabaseHasEveryState() {
        String drawing = PAGE.blocks().stream()
                .filter(block ->
                        block.language().equals("mermaid") && block.source().isEmpty())
                .map(Block::text)
                .filter(text -> text.startsWith("flowchart"))
                .findFirst()
                .orElseThrow();
        List<String> drawn = Pattern.compile("\\(\\[(\\w+)]\\)")
                .matcher(drawing)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();

        assertThat(drawn)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DatabaseCondition.values())
                        .map(DatabaseCondition::label)
                        .toList());
    }

    private static void assertDrawn(String name, String now) throws IOException {
        Path made = Files.writeString(Path.of("target", name), now);
        String kept = PAGE.blocks().stream()
                .filter(block -> block.source().filter(made.toString()::equals).isPresent())
                .map(Block::text)
                .findFirst()
                .orElse("");
        assertThat(kept)
                .as("%s differs from the code: copy %s into its block", PAGE.file(), made)
                .isEqualTo(now);
    }

    private static String ofService(String packageName) {
        if (packageName.equals(ROOT)) {
            return "application";
        }
        return packageName.startsWith(ROOT + ".") ? packageName.split("\\.")[2] : "";
    }

    private static String ofLayer(String packageName) {
        String layer = ROOT + "." + LAYER;
        if (packageName.equals(layer)) {
            return LAYER;
        }
        return packageName.startsWith(layer + ".") ? packageName.split("\\.")[3] : "";
    }

    private interface Naming {
        String of(String packageName);
    }

    private static Map<String, Set<String>> dependencies(Naming naming) {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            String from = naming.of(type.getPackageName());
            if (!from.isEmpty()) {
                Set<String> targets = uses.computeIfAbsent(from, none -> new TreeSet<>());
                type.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> naming.of(dependency.getTargetClass().getPackageName()))
                        .filter(to -> !to.isEmpty() && !to.equals(from))
                        .forEach(targets::add);
            }
        }
        return uses;
    }

    /** Without the arrows that a longer way says too. */
    private static String flowchart(Map<String, Set<String>> uses) {
        StringBuilder drawing = new StringBuilder("flowchart TD\n");
        uses.keySet().forEach(name -> drawing.append("    ").append(name).append("\n"));
        uses.forEach((from, targets) -> targets.stream()
                .filter(to -> targets.stream().noneMatch(other -> !other.equals(to) && reaches(uses, other, to)))
                .forEach(to -> drawing.append("    " + from + " --> " + to + "\n")));
        return drawing.toString();
    }

    private static boolean reaches(Map<String, Set<String>> uses, String from, String to) {
        Deque<String> next = new ArrayDeque<>(uses.getOrDefault(from, Set.of()));
        Set<String> seen = new HashSet<>();
        while (!next.isEmpty()) {
            String name = next.pop();
            if (name.equals(to)) {
                return true;
            }
            if (seen.add(name)) {
                next.addAll(uses.getOrDefault(name, Set.of()));
            }
        }
        return false;
    }
}
