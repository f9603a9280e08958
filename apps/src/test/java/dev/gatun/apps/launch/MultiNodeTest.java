package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.distributed.TcpStore;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several launchers that meet: here on one machine, each standing for a machine of its own. */
class MultiNodeTest {
    private static final String WHO =
            "echo $GROUP_RANK/$GROUP_WORLD_SIZE $RANK/$WORLD_SIZE $TORCHELASTIC_RESTART_COUNT";

    @TempDir
    private Path folder;

    private int port;

    @BeforeEach
    void findPort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
    }

    private Launched node(int number, int ranks, String script, String... options) throws IOException {
        Path own = Files.createDirectories(folder.resolve("node" + number));
        List<String> all = new ArrayList<>(List.of(
                "--nproc-per-node",
                Integer.toString(ranks),
                "--node-rank",
                Integer.toString(number),
                "--rdzv-endpoint",
                "127.0.0.1:" + port,
                "--shutdown-timeout",
                "2"));
        all.addAll(List.of(options));
        return Launched.shell(own, script, all.toArray(String[]::new));
    }

    private String log(Launched node, int attempt, int localRank) throws IOException {
        return Files.readString(node.log(attempt, localRank, "stdout.log")).strip();
    }

    @Test
    void ranksAreNumberedAcrossMachinesAndFailuresAreEverybodys() throws Exception {
        String script = WHO + "; [ $RANK != 2 ] || [ $TORCHELASTIC_RESTART_COUNT != 0 ] || exit 9";
        String[] options = {"--nnodes", "2", "--max-restarts", "1"};
        try (Launched second = node(1, 1, script, options);
                Launched first = node(0, 2, script, options)) {
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(second.exitCode()).as(second.err()).isZero();
            assertThat(log(first, 0, 1)).isEqualTo("0/2 1/3 0");
            assertThat(log(second, 0, 0)).isEqualTo("1/2 2/3 0");
            assertThat(log(second, 1, 0)).isEqualTo("1/2 2/3 1");
            assertThat(first.err())
                    .contains("the first failure was that of rank 2 (local rank 0", "exit code 9", "restart 1 of 1");
        }
    }

    @Test
    void theLastFailureIsShownOnAllMachines() throws Exception {
        String script = "[ $RANK = 0 ] && exit 9; sleep 1000 & wait";
        try (Launched first = node(0, 1, script, "--nnodes", "2");
                Launched second = node(1, 1, script, "--nnodes", "2")) {
            assertThat(first.exitCode()).as(first.err()).isEqualTo(1);
            assertThat(second.exitCode()).as(second.err()).isEqualTo(1);
            for (Launched node : List.of(first, second)) {
                assertThat(node.err()).endsWith("exit code 9\n  log file: " + first.log(0, 0, "stderr.log") + "\n");
            }
            first.awaitNone();
            second.awaitNone();
        }
    }

    @Test
    void anElasticRunGrowsAndShrinks() throws Exception {
        String script = "echo x >size$WORLD_SIZE; [ -e ../done ] && exit 0; while ! [ -e ../done ]; do sleep 0.1; done";
        String[] options = {
            "--nnodes",
            "1:2",
            "--max-restarts",
            "1",
            "--rdzv-backend",
            "c10d",
            "--rdzv-conf",
            "last_call_timeout=1,keep_alive=5"
        };
        try (Launched first = node(0, 1, script, options)) {
            first.await("size1");
            try (Launched second = node(1, 1, script, options)) {
                first.await("size2");
                second.await("size2");
                Files.delete(folder.resolve("node0/size1"));
                second.signal("KILL");
                first.await("size1");
            }
            Files.createFile(folder.resolve("done"));
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(first.err())
                    .contains("starting the ranks again: the machines have changed", "out of reach", "restart 1 of 1");
        }
    }

    @Test
    void aMachineThatStoodStillGoesOn() throws Exception {
        String script = "echo x >size$WORLD_SIZE; while ! [ -e ../done ]; do sleep 0.1; done";
        String[] options = {
            "--nnodes",
            "1:2",
            "--max-restarts",
            "3",
            "--rdzv-backend",
            "c10d",
            "--rdzv-conf",
            "last_call_timeout=1,keep_alive=3"
        };
        try (Launched first = node(0, 1, script, options)) {
            first.await("size1");
            // As when a machine is suspended, for longer than the others wait.
            first.signal("STOP");
            Thread.sleep(5000);
            first.signal("CONT");
            try (Launched second = node(1, 1, script, options)) {
                first.await("size2");
                second.await("size2");
                Files.delete(folder.resolve("node0/size2"));
                Files.delete(folder.resolve("node1/size2"));
                second.signal("STOP");
                first.awaitErr("was silent for 3 s");
                second.signal("CONT");
                first.await("size2");
                second.await("size2");
                Files.createFile(folder.resolve("done"));
                assertThat(first.exitCode()).as(first.err()).isZero();
                assertThat(second.exitCode()).as(second.err()).isZero();
                assertThat(second.err()).contains("trying to come back");
            }
        }
    }

    @Test
    void machinesThatDoNotComeAreMissed() throws Exception {
        try (Launched first = node(0, 1, "exit 0", "--nnodes", "2", "--rdzv-conf", "join_timeout=1")) {
            assertThat(first.exitCode()).isEqualTo(1);
            assertThat(first.err()).contains("only 1 of 2 machines came within 1 s");
        }
        try (Launched second = node(1, 1, "exit 0", "--nnodes", "2", "--rdzv-conf", "join_timeout=1")) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err()).contains("no launcher could be reached at 127.0.0.1:" + port);
        }
    }

    @Test
    void aLauncherThatDecidesAndIsKilledEndsTheOthers() throws Exception {
        String script = "echo x >ready; sleep 1000 & wait";
        String[] options = {"--nnodes", "2", "--rdzv-conf", "keep_alive=3"};
        try (Launched first = node(0, 1, script, options);
                Launched second = node(1, 1, script, options)) {
            first.await("ready");
            second.await("ready");
            first.signal("KILL");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err()).contains("the launcher at 127.0.0.1:" + port + " has ended");
            first.awaitNone();
            second.awaitNone();
        }
    }

    @Test
    void machinesThatEndWhileTheyJoinKeepNobodyWaiting() throws Exception {
        String[] options = {"--nnodes", "2", "--rdzv-backend", "c10d", "--rdzv-conf", "keep_alive=2"};
        try (Launched first = node(0, 1, WHO, options);
                TcpStore store = new TcpStore("127.0.0.1", port, Duration.ofSeconds(60), Duration.ofSeconds(60))) {
            store.get(Coordinator.RUN);
            store.add(Link.NODES, 1); // has its number, and is never heard of again
            try (Launched second = node(1, 1, WHO, options)) {
                assertThat(first.exitCode()).as(first.err()).isZero();
                assertThat(second.exitCode()).as(second.err()).isZero();
                assertThat(List.of(log(first, 0, 0), log(second, 0, 0)))
                        .containsExactlyInAnyOrder("0/2 0/2 0", "1/2 1/2 0");
            }
        }
    }

    @Test
    void anotherRunAtTheSamePlaceIsRefused() throws Exception {
        String[] options = {"--nnodes", "2", "--rdzv-backend", "c10d", "--rdzv-id"};
        try (Launched first = node(0, 1, "exit 0", append(options, "one"));
                TcpStore store = new TcpStore("127.0.0.1", port, Duration.ofSeconds(60), Duration.ofSeconds(60))) {
            store.get(Coordinator.RUN);
            try (Launched second = node(1, 1, "exit 0", append(options, "two"))) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.err())
                        .contains(
                                "the launcher at 127.0.0.1:" + port + " is there for the run 'one', and this is 'two'");
            }
            first.signal("TERM");
            assertThat(first.exitCode()).isEqualTo(128 + 15);
        }
    }

    @Test
    void aLauncherOfAnotherVersionEndsTheRunWithAReason() throws Exception {
        String script = "echo x >ready; sleep 1000 & wait";
        String[] options = {"--nnodes", "1:2", "--rdzv-backend", "c10d", "--rdzv-conf", "last_call_timeout=1"};
        try (Launched first = node(0, 1, script, options);
                TcpStore store = new TcpStore("127.0.0.1", port, Duration.ofSeconds(60), Duration.ofSeconds(60))) {
            first.await("ready");
            int number = Math.toIntExact(store.add(Link.NODES, 1));
            store.set(Link.outboxOf(number) + "/1", "{\"kind\":\"DANCE\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(first.exitCode()).as(first.err()).isEqualTo(1);
            assertThat(first.err()).contains("another launcher sent what this one does not understand");
            first.awaitNone();
        }
    }

    private static String[] append(String[] options, String last) {
        return Stream.concat(Stream.of(options), Stream.of(last)).toArray(String[]::new);
    }

    @Test
    void aSignalToOneMachineSavesOnAll() throws Exception {
        String script = "trap 'exit 75' TERM; echo x >ready; while :; do sleep 0.1; done";
        try (Launched first = node(0, 1, script, "--nnodes", "2");
                Launched second = node(1, 1, script, "--nnodes", "2")) {
            first.await("ready");
            second.await("ready");
            second.signal("TERM");
            assertThat(second.exitCode()).as(second.err()).isEqualTo(75);
            assertThat(first.exitCode()).as(first.err()).isEqualTo(75);
        }
    }
}
