package dev.gatun.apps.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.train.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short slice of {@code gatun faults}, and what it judges by. */
class FaultsTest {
    @TempDir
    private Path folder;

    @Test
    void aFewFaultsCostNothingButTheWorkSinceTheLastCheckpoint() throws Exception {
        Path said = folder.resolve("said.txt");
        Process faults = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.gatun.apps.Gatun",
                        "faults",
                        "--seed",
                        "7",
                        "--count",
                        "2",
                        "--steps",
                        "24",
                        "--output",
                        folder.resolve("faults").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(faults.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            faults.destroy(); // with what it started, see FaultRun
        }
        assertThat(faults.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.readString(folder.resolve("faults/faults.md")))
                .containsPattern("\\| \\*\\*all\\*\\* \\| 2 \\| \\d ");
    }

    @Test
    void aFaultFromInsideHappensToOneRankOnce() {
        Map<String, String> first = Map.of("GATUN_FAULT", "exception@2:1", "RANK", "1");
        Progress progress = InjectedFault.around(Progress.SILENT, first);
        progress.step(1, 0, 0);
        assertThatThrownBy(() -> progress.step(2, 0, 0)).hasMessageContaining("injected");
        for (Map<String, String> none : List.of(
                Map.of("GATUN_FAULT", "exception@2:1", "RANK", "0"),
                Map.of("GATUN_FAULT", "exception@2:1", "RANK", "1", "TORCHELASTIC_RESTART_COUNT", "1"),
                Map.of("RANK", "1"))) {
            assertThat(InjectedFault.around(Progress.SILENT, none)).isSameAs(Progress.SILENT);
        }
    }

    @Test
    void theCulpritIsLookedForByRank() {
        String said =
                "gatun launch: the first failure was that of rank 1 (local rank 1, pid 5) on a at b, ended by SIGKILL (x)";
        assertThat(FaultKind.KILL.isNamed(said, 1)).isTrue();
        assertThat(FaultKind.KILL.isNamed(said, 0)).isFalse();
        assertThat(FaultKind.EXIT.isNamed(said, 1)).isFalse();
        assertThat(FaultKind.FULL.isNamed("the first failure was that of rank 0 at\n  X: No space left on device", 0))
                .isTrue();
    }
}
