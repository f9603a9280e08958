package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks of libtorch find each other through the launchers' store. */
class RealRanksTest {
    @TempDir
    private Path folder;

    private Launched launch(String name, String[] options, String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--no-python", "--"));
        all.addAll(SummingRank.command(args));
        return Launched.start(Files.createDirectories(folder.resolve(name)), Map.of(), all.toArray(String[]::new));
    }

    @Test
    void twoLaunchersRanksAreOneGroup() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String[] options = {
            "--nnodes", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:" + port, "--rdzv-id", "sums"
        };
        try (Launched first = launch("first", options);
                Launched second = launch("second", options)) {
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(second.exitCode()).as(second.err()).isZero();
            assertThat(first.out()).contains("sum 3.0");
            assertThat(second.out()).contains("sum 3.0");
        }
    }

    @Test
    void aRankThatIsStoppedIsNamedByTheOthersAndByTheLauncher() throws Exception {
        try (Launched run = launch("stop", new String[] {"--nproc-per-node", "2"}, "1000")) {
            run.awaitOut("[default1]:sum 3.0");
            long pid = run.rank(1).pid();
            assertThat(new ProcessBuilder("kill", "-s", "STOP", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("rank 1 (pid " + pid + ") is stopped, as by SIGSTOP")
                    .contains("the first failure was that of rank 0", "DistributedException: ", "rank 1");
        }
    }
}
