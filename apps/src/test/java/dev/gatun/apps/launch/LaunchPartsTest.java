package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.apps.launch.Rendezvous.Ending;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The launcher's parts that need no process. */
class LaunchPartsTest {
    @Command
    private static final class Options {
        @CommandLine.Mixin
        private LaunchOptions all;
    }

    private static MultiNode machines(String... args) {
        Options options = new Options();
        new CommandLine(options).parseArgs(args);
        options.all.check();
        return MultiNode.of(options.all);
    }

    private static RankFailure failure(int rank, long time, String message) {
        return new RankFailure(rank, rank, "host", 1, 1, time, message, "", "");
    }

    @Test
    void howRanksEndedIsReadOffOneLookAtAllOfThem() {
        OptionalInt runs = OptionalInt.empty();
        OptionalInt done = OptionalInt.of(0);
        OptionalInt failed = OptionalInt.of(1);
        OptionalInt saved = OptionalInt.of(Agent.SAVED);
        assertThat(Ending.of(List.of(runs, done))).isEmpty();
        assertThat(Ending.of(List.of(done, done))).contains(Ending.SUCCEEDED);
        assertThat(Ending.of(List.of(done, failed))).contains(Ending.FAILED);
        assertThat(Ending.of(List.of(runs, OptionalInt.of(137)))).contains(Ending.FAILED);
        assertThat(Ending.of(List.of(failed, saved, runs)))
                .as("a rank may fail because another has saved and left")
                .contains(Ending.SAVED);
    }

    @Test
    void oneMachineNeedsNoRendezvous() {
        assertThat(machines().isAlone()).isTrue();
        assertThat(machines("--standalone").isAlone()).isTrue();
        assertThat(machines("--nnodes", "1:2", "--rdzv-endpoint", "localhost:1").isAlone())
                .isFalse();
    }

    @Test
    void machinesAndEndpointsAreRead() {
        MultiNode two = machines("--nnodes=2", "--node_rank=1", "--master_addr=10.0.0.1", "--master_port=1234");
        assertThat(two.isStatic()).isTrue();
        assertThat(two.hostsHere()).isFalse();
        assertThat(two.host() + " " + two.port()).isEqualTo("10.0.0.1 1234");
        MultiNode elastic = machines(
                "--nnodes=2:4",
                "--rdzv-backend=c10d",
                "--rdzv-endpoint=[::1]:99",
                "--rdzv-conf=join_timeout=7,keep_alive=3");
        assertThat(elastic.isStatic()).isFalse();
        assertThat(elastic.hostsHere()).as("::1 is this machine").isTrue();
        assertThat(elastic.host() + " " + elastic.port()).isEqualTo("::1 99");
        assertThat(elastic.joinTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(elastic.keepAlive()).isEqualTo(Duration.ofSeconds(3));
        assertThat(machines("--nnodes=2", "--rdzv-backend=c10d", "--rdzv-endpoint=localhost", "--rdzv-conf=is_host=0")
                        .hostsHere())
                .isFalse();
    }

    @Test
    void wrongOptionsSayWhatIsRight() {
        assertThatThrownBy(() -> machines("--nnodes", "4:2")).hasMessageContaining("MIN is not above MAX");
        assertThatThrownBy(() -> machines("--nnodes", "2", "--node-rank", "2")).hasMessageContaining("from 0 to 1");
        assertThatThrownBy(() -> machines("--rdzv-backend", "etcd")).hasMessageContaining("static or c10d");
        assertThatThrownBy(() -> machines("--rdzv-conf", "x=1")).hasMessageContaining("join_timeout");
        assertThatThrownBy(() -> machines("--tee", "4")).hasMessageContaining("3 (both)");
        assertThatThrownBy(() -> machines("--max-restarts", "-1")).hasMessageContaining("0 or more");
        assertThatThrownBy(() -> Devices.ranks("0")).hasMessageContaining("a number from 1");
        assertThat(Devices.ranks("cpu")).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void streamsAreChosenForAllRanksOrForSome() {
        assertThat(StreamChoice.parse("2").err(5)).isTrue();
        assertThat(StreamChoice.parse("2").out(5)).isFalse();
        StreamChoice some = StreamChoice.parse("0:1,3:3");
        assertThat(some.out(0) && some.out(3) && some.err(3)).isTrue();
        assertThat(some.err(0) || some.out(1)).isFalse();
    }

    @Test
    void theFirstFailureIsTheEarliestThatIsNoConsequence() {
        RankFailure consequence = failure(0, 10, "DistributedException: rank 1 is gone");
        RankFailure later = failure(2, 30, "IllegalStateException: b");
        RankFailure cause = failure(1, 20, "IllegalStateException: a");
        assertThat(Summary.first(List.of(later, consequence, cause))).isSameAs(cause);
        assertThat(Summary.of(List.of(later, consequence, cause), List.of("rank 3 is odd"))
                        .lines())
                .hasSize(6)
                .startsWith("gatun launch: then failed rank 0 (local rank 0, pid 1) on host at "
                        + Summary.of(List.of(consequence), List.of()).replaceAll("(?s).* at (.*?), exit.*", "$1")
                        + ", exit code 1: DistributedException: rank 1 is gone")
                .endsWith("  IllegalStateException: a", "  log file: none was written; --tee 3 writes one");
    }

    @Test
    void bothFormsOfTorchelasticsErrorsAreRead(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("error.json");
        ErrorFile.write(new IllegalStateException("a\n\"b\""), file);
        ErrorFile own = ErrorFile.read(file).orElseThrow();
        assertThat(own.message()).isEqualTo("IllegalStateException: a\n\"b\"");
        assertThat(own.stack()).contains("\tat dev.gatun.apps.launch.LaunchPartsTest");
        Files.writeString(file, "{\"message\": \"CUDA error\", \"timestamp\": 1}");
        assertThat(ErrorFile.read(file).orElseThrow().message()).isEqualTo("CUDA error");
        Files.writeString(file, "{\"mess");
        assertThat(ErrorFile.read(file)).isEmpty();
        assertThat(ErrorFile.read(folder.resolve("none"))).isEmpty();
    }

    @Test
    void exitCodesTellOfSignals() {
        assertThat(Signals.nameOf(137)).isEqualTo("SIGKILL");
        assertThat(Signals.nameOf(143)).isEqualTo("SIGTERM");
        assertThat(Signals.nameOf(1)).isEmpty();
        assertThatThrownBy(() -> Signals.listen(List.of("SIGKILL"), _ -> {}))
                .hasMessageContaining("leave it out of --signals-to-handle");
    }
}
