package com.ketomealplan.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.training.StartReport.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartReportTest {

    private static final String JDK = "25.0.3+9-LTS";

    @TempDir
    Path directory;

    private Path cache;

    @BeforeEach
    void note() throws Exception {
        cache = directory.resolve("service-25.aot");
        Files.writeString(directory.resolve("service-25.aot.of"), "5 1700000000 " + JDK + "\n");
    }

    private static Report report(Object cache, String problem, boolean inUse, String jdk) {
        return StartReport.of(
                Map.of(StartReport.CACHE, cache.toString(), StartReport.PROBLEM, problem), file -> inUse, jdk);
    }

    @Test
    void nothingIsLoggedWithoutTheLauncher() {
        assertThat(report("", "", false, JDK)).isEqualTo(new Report(false, ""));
    }

    @Test
    void aUsedCacheIsLogged() {
        assertThat(report(cache, "", true, JDK))
                .isEqualTo(new Report(false, "Started from " + cache + ", which was trained on JDK " + JDK));
    }

    @Test
    void noTrainingIsNoWarning() {
        assertThat(report("", "there is no service-25.aot", false, JDK))
                .isEqualTo(new Report(false, "Started without training: there is no service-25.aot"));
    }

    @Test
    void aCacheThatTheLauncherRefusesIsAWarning() {
        assertThat(report(cache, "service.jar is not the one that it was trained with", false, JDK))
                .isEqualTo(new Report(
                        true,
                        "Started without " + cache + ": service.jar is not the one that it was trained with."
                                + " The command train makes a new one"));
    }

    @Test
    void aCacheThatTheJvmRefusesIsAWarningWithTheLikelyCause() {
        assertThat(report(cache, "", false, "25.0.4+7"))
                .isEqualTo(new Report(
                        true,
                        "Started without " + cache + ": it was trained on JDK " + JDK + ", and this is 25.0.4+7."
                                + " The command train makes a new one"));
        assertThat(report(cache, "", false, JDK).text()).contains("the JVM has refused it");
        assertThat(report(cache, "", false, JDK).isWarning()).isTrue();
    }
}
