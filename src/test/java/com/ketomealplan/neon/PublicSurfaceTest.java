package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.health.HealthMode;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.PoolingStrategy;
import com.ketomealplan.neon.transaction.Replayable;
import com.ketomealplan.neon.web.Callers;
import com.ketomealplan.neon.web.Problem;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What services of others name, and so are compiled against. It is kept as a list, as there is no release yet that japicmp could
 * compare with. Where it differs, the new list is in {@code target}: a line that is new is a promise, one that is gone breaks
 * somebody's build.
 */
class PublicSurfaceTest {

    private static final Path KEPT = Path.of("src/test/resources/public-surface.txt");

    private static final List<Class<?>> TYPES = List.of(
            NeonBundle.class,
            NeonDataSourceFactory.class,
            ComputeSettings.class,
            ConnectSettings.class,
            PooledSettings.class,
            PerRequestSettings.class,
            UnitOfWorkSettings.class,
            Setting.class,
            Deployment.class,
            Deployment.Stage.class,
            HealthMode.class,
            MigrateAtStart.class,
            PoolingStrategy.class,
            PoolListener.class,
            Replayable.class,
            Callers.class,
            Problem.class,
            Problem.FieldError.class);

    @Test
    void thePublicSurfaceIsAsItWas() throws Exception {
        List<String> now = new ArrayList<>();
        for (Class<?> type : TYPES) {
            now.add(type.toGenericString());
            members(type).map(member -> "    " + member).forEach(now::add);
        }
        Path made = Files.write(Path.of("target", KEPT.getFileName().toString()), now);

        assertThat(Files.exists(KEPT) ? Files.readAllLines(KEPT) : List.of())
                .as("%s differs from the code; if that is meant, copy %s there", KEPT, made)
                .isEqualTo(now);
    }

    private static Stream<String> members(Class<?> type) {
        return Stream.concat(
                        Stream.of(type.getDeclaredConstructors(), type.getDeclaredMethods())
                                .flatMap(Stream::of)
                                .filter(PublicSurfaceTest::isPublic)
                                .map(executable -> executable.toGenericString()),
                        Stream.of(type.getDeclaredFields())
                                .filter(PublicSurfaceTest::isPublic)
                                .map(field -> field.toGenericString()))
                .sorted();
    }

    private static boolean isPublic(Member member) {
        return Modifier.isPublic(member.getModifiers()) && !member.isSynthetic();
    }
}
