package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** No process outlives the one that started it. */
class OwnProcessTest {
    private static final long SECONDS = 60;

    /** Starts the next process as soon as one has ended, as a fuzzer does. */
    static final class Work {
        public static void main(String[] args) throws IOException, InterruptedException {
            while (true) {
                try (OwnProcess own = OwnProcess.start(new ProcessBuilder("sleep", "600"))) {
                    System.out.println(own.process().pid());
                    own.process().waitFor();
                }
            }
        }
    }

    @Test
    void aSignalEndsItAndNoOtherIsStarted() throws Exception {
        Process process = new ProcessBuilder(
                        Child.jdk("java"), "-cp", System.getProperty("java.class.path"), Work.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> pids = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            pids.add(out.readLine());
            process.toHandle().destroy();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            pids.addAll(out.readAllLines());
        } finally {
            process.destroyForcibly();
        }
        assertThat(pids)
                .hasSize(1)
                .allSatisfy(pid -> assertThat(isGone(Long.parseLong(pid))).isTrue());
    }

    /** A process that was killed may be seen for a moment. */
    private static boolean isGone(long pid) throws InterruptedException {
        for (int i = 0; i < 100 && ProcessHandle.of(pid).isPresent(); i++) {
            Thread.sleep(50);
        }
        return ProcessHandle.of(pid).isEmpty();
    }
}
