package dev.gatun.apps.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short slice of {@code gatun faults}, and what it judges by. */
class FaultsTest {
    @TempDir
    private Path folder;

    @Test
    void aFewFaultsCostNothingButTheWorkSinceTheLastCheckpoint() throws Exception {
        Path said = folder.resolve("said.txt");
        Process faults = start(said);
        try {
            assertThat(faults.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            faults.destroy(); // with what it started, see FaultRun
        }
        assertThat(faults.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.readString(folder.resolve("faults/faults.md")))
                .containsPattern("\\| \\*\\*all\\*\\* \\| 2 \\| \\d ");
    }

    private Process start(Path said) throws IOException {
        return new ProcessBuilder(
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
    }

    @Test
    void aSignalEndsAllThatItStartedAndTakesTheDiskAway() throws Exception {
        Path said = folder.resolve("said.txt");
        Process faults = start(said);
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (processesOf(folder).size() < 3 && faults.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(20); // until there are it, the launcher and a rank
            }
            assertThat(processesOf(folder)).as(Files.readString(said)).hasSizeGreaterThanOrEqualTo(3);
            faults.destroy();
            assertThat(faults.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            faults.destroyForcibly();
        }
        assertThat(faults.exitValue()).isEqualTo(128 + 15);
        assertThat(Files.readString(said)).doesNotContain("fault 1 of");
        // A process that was killed may be seen for a moment.
        for (int i = 0; i < 100 && !processesOf(folder).isEmpty(); i++) {
            Thread.sleep(50);
        }
        assertThat(processesOf(folder)).isEmpty();
        assertThat(Path.of("/proc/mounts")).content().doesNotContain(folder.toString());
    }

    /** Those with a path in {@code folder} among their arguments. */
    private static List<String> processesOf(Path folder) {
        return ProcessHandle.allProcesses()
                .map(FaultsTest::arguments)
                .filter(arguments -> arguments.contains(folder.toString()))
                .toList();
    }

    private static String arguments(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    @Test
    void aClosedInjectorHasTakenAllBackAndDoesNothingMore() throws Exception {
        Injector injector = new Injector(folder.resolve("disk"));
        injector.prepare();
        Path checkpoints = Files.createDirectories(injector.disk().resolve("run/checkpoints"));
        assertThat(injector.protect(checkpoints)).isTrue();
        Thread other = Thread.ofPlatform().start(() -> close(injector));
        injector.close();
        other.join();
        assertThat(Path.of("/proc/mounts")).content().doesNotContain(folder.toString());
        injector.prepare();
        assertThat(injector.protect(Files.createDirectories(checkpoints))).isFalse();
        Files.writeString(checkpoints.resolve("file"), "can be written");
        assertThat(Path.of("/proc/mounts")).content().doesNotContain(folder.toString());
    }

    private static void close(Injector injector) {
        try {
            injector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aSessionThatEndsByItselfIsNotTrainedOver() throws Exception {
        FaultRun faults = FaultRun.prepare(1, 1, 24, folder, new PrintWriter(Writer.nullWriter()));
        try (faults) {
            Session failed = session(List.of("no-such-command"), 1);
            assertThat(failed.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(failed.unaskedRestarts()).isEqualTo(1);
            assertThat(faults.finish(folder.resolve("run"), failed, Map.of())).endsWith(": exit code 1");
            assertThat(folder.resolve("failed-0.log")).content().contains("no-such-command");
            assertThat(faults.finish(folder.resolve("run"), session(List.of("--version"), 0), Map.of()))
                    .isEqualTo("exit code 0 before it was done");
        }
        assertThatThrownBy(() -> faults.finish(folder.resolve("run"), null, Map.of()))
                .hasMessage("stopped by a signal");
    }

    private Session session(List<String> command, int restarts) throws IOException {
        return Session.start(command, Files.createDirectories(folder.resolve("logs")), restarts, 1, "");
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
    void aRankThatHangsGoesOnWhenItIsAskedToStop() throws Exception {
        AtomicBoolean asked = new AtomicBoolean();
        CountDownLatch hangs = new CountDownLatch(2);
        Progress shown = (Progress) Proxy.newProxyInstance(
                Progress.class.getClassLoader(), new Class<?>[] {Progress.class}, (_, method, _) -> {
                    if (method.getName().equals("stopRequested")) {
                        hangs.countDown();
                        return asked.get();
                    }
                    return null;
                });
        Progress progress = InjectedFault.around(shown, Map.of("GATUN_FAULT", "hang@2:0"));
        progress.step(1, 0, 0);
        assertThat(hangs.getCount()).isEqualTo(2);
        Thread training = Thread.ofVirtual().start(() -> progress.step(2, 0, 0));
        assertThat(hangs.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(training.isAlive()).isTrue();
        asked.set(true);
        assertThat(training.join(Duration.ofSeconds(60))).isTrue();
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
