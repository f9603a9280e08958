package dev.gatun.apps.bench.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShapedLinkTest {
    private static final long SECONDS = 60;

    /** Makes a link and waits. */
    static final class Work {
        public static void main(String[] args) throws Exception {
            try (ShapedLink link = new ShapedLink(0.001, 1e6)) {
                System.out.println(link.enter(0).getLast());
                Thread.sleep(TimeUnit.SECONDS.toMillis(SECONDS));
            }
        }
    }

    @Test
    void aSignalTakesTheNamespacesAway() throws Exception {
        assumeThat(ShapedLink.missing()).isNull();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Work.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader()) {
            Path namespace = Path.of("/run/netns", out.readLine());
            assertThat(Files.exists(namespace)).isTrue();
            process.toHandle().destroy();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.exists(namespace)).isFalse();
        } finally {
            process.destroyForcibly();
        }
    }
}
