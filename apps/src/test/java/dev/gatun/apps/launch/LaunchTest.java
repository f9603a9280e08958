package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks on one machine: what they are told, what becomes of their output, and who is stopped when. */
class LaunchTest {
    @TempDir
    private Path folder;

    @Test
    void ranksAreToldWhoTheyAreAndTheirLinesAreShown() throws Exception {
        try (Launched run = Launched.shell(
                folder, "env | sort; echo oh >&2", "--nproc-per-node", "2", "--rdzv-id", "job", "--role", "worker")) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            String variables = Files.readString(run.log(0, 1, "stdout.log"));
            assertThat(variables)
                    .contains(
                            "\nRANK=1\n",
                            "\nLOCAL_RANK=1\n",
                            "\nGROUP_RANK=0\n",
                            "\nROLE_RANK=1\n",
                            "\nROLE_NAME=worker\n",
                            "\nLOCAL_WORLD_SIZE=2\n",
                            "\nWORLD_SIZE=2\n",
                            "\nGROUP_WORLD_SIZE=1\n",
                            "\nROLE_WORLD_SIZE=2\n",
                            "\nMASTER_ADDR=127.0.0.1\n",
                            "\nMASTER_PORT=",
                            "\nTORCHELASTIC_RESTART_COUNT=0\n",
                            "\nTORCHELASTIC_MAX_RESTARTS=0\n",
                            "\nTORCHELASTIC_RUN_ID=job\n",
                            "\nTORCHELASTIC_USE_AGENT_STORE=",
                            "\nTORCHELASTIC_ERROR_FILE=" + run.log(0, 1, "error.json") + "\n");
            assertThat(run.out()).contains("[worker0]:RANK=0\n", "[worker1]:RANK=1\n");
            assertThat(run.err()).contains("[worker0]:oh\n", "[worker1]:oh\n");
            assertThat(Files.readString(run.log(0, 0, "stderr.log"))).isEqualTo("oh\n");
        }
    }

    @Test
    void whatIsShownAndWhatIsWrittenCanBeChosen() throws Exception {
        try (Launched run = Launched.shell(
                folder,
                "echo out; echo err >&2",
                "--nproc_per_node=3",
                "-t",
                "1:1,2:1",
                "-r",
                "2",
                "--local-ranks-filter",
                "0,2",
                "--log-line-prefix-template",
                "${rank} says ")) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out().lines()).containsExactlyInAnyOrder("out", "2 says out");
            assertThat(run.err()).hasLineCount(1);
            assertThat(Files.readString(run.log(0, 1, "stdout.log"))).isEqualTo("out\n");
            assertThat(Files.readString(run.log(0, 1, "stderr.log"))).isEqualTo("err\n");
            assertThat(run.log(0, 0, "stdout.log")).doesNotExist();
        }
    }

    @Test
    void whenOneFailsTheOthersAreStoppedAndItIsNamedLast() throws Exception {
        String script = "if [ $RANK = 1 ]; then echo it is broken >&2; exit 3; fi; sleep 1000 & wait";
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "2")) {
            assertThat(run.exitCode()).isEqualTo(1);
            run.awaitNone();
            assertThat(run.err())
                    .contains("gatun launch: the first failure was that of rank 1 (local rank 1, pid ")
                    .endsWith(", exit code 3\n  it is broken\n  log file: " + run.log(0, 1, "stderr.log") + "\n");
        }
    }

    @Test
    void aSignalThatEndsARankIsNamedAndWhoWasStoppedToo() throws Exception {
        // Rank 0 fails when the kernel says that rank 1 is stopped, and the launcher has heard of rank 2's end.
        String script = """
                echo $$ >rank$RANK
                case $RANK in
                  0) until grep -q '^State:.T' /proc/$(cat rank1)/status && [ ! -e /proc/$(cat rank2) ]; do
                       sleep 0.05
                     done 2>/dev/null
                     kill -KILL $$ ;;
                  1) kill -STOP $$ ;;
                esac
                """;
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "3")) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .containsPattern("rank 1 \\(pid \\d+\\) is stopped, as by SIGSTOP")
                    .contains("rank 2 had ended with exit code 0")
                    .containsPattern("the first failure was that of rank 0 .*, ended by SIGKILL \\(exit code 137\\)\n");
        }
    }

    @Test
    void theExceptionOfACommandIsShownWithItsStack() throws Exception {
        try (Launched run = Launched.start(folder, Map.of(), "--", "report", "no-run")) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("\n  \tat dev.gatun.", "no-run")
                    .containsPattern("log file: .*stderr.log\n$");
            assertThat(ErrorFile.read(run.log(0, 0, "error.json")).orElseThrow().message())
                    .contains("no-run");
        }
    }

    @Test
    void allThatFailAtTheSameMomentAreNamed() throws Exception {
        String script = "echo x >ready$RANK; until [ -e go ]; do sleep 0.05; done; echo broken $RANK >&2; exit 3";
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "2")) {
            run.await("ready0");
            run.await("ready1");
            List<ProcessHandle> ranks = List.of(run.rank(0), run.rank(1));
            // While it is stopped it hears of neither end, and then of both.
            run.signal("STOP");
            Files.createFile(folder.resolve("go"));
            for (ProcessHandle rank : ranks) {
                Launched.awaitEnd(rank);
            }
            run.signal("CONT");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("then failed rank", "the first failure was that of rank", "broken 0", "broken 1");
        }
    }

    @Test
    void failedRanksAreStartedAgainAsOftenAsAllowed() throws Exception {
        String script = "echo $TORCHELASTIC_RESTART_COUNT; [ $RANK = 0 ] || [ $TORCHELASTIC_RESTART_COUNT = 2 ]";
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "2", "--max-restarts", "2")) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).contains("restart 1 of 2", "restart 2 of 2");
            assertThat(Files.readString(run.log(2, 1, "stdout.log"))).isEqualTo("2\n");
        }
        Path second = Files.createDirectory(folder.resolve("second"));
        try (Launched run = Launched.shell(second, "exit 4", "--max-restarts", "1")) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).endsWith(", exit code 4\n  log file: " + run.log(1, 0, "stderr.log") + "\n");
        }
    }

    @Test
    void signalsAreHandedOnAndRanksThatSavedMakeTheExitCode75() throws Exception {
        String script = "trap 'echo saved; exit 75' TERM; echo x >ready$RANK; while :; do sleep 0.1; done";
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "2")) {
            run.await("ready0");
            run.await("ready1");
            run.signal("TERM");
            assertThat(run.exitCode()).isEqualTo(75);
            assertThat(run.out()).contains("[default0]:saved\n", "[default1]:saved\n");
        }
    }

    @Test
    void ranksThatDoNotListenAreKilled() throws Exception {
        String script = "trap '' INT TERM; echo x >ready; while :; do sleep 0.1; done";
        try (Launched run = Launched.shell(folder, script, "--shutdown-timeout", "1")) {
            run.await("ready");
            run.signal("INT");
            assertThat(run.exitCode()).isEqualTo(130);
            run.awaitNone();
        }
    }

    @Test
    void ranksDieWithALauncherThatIsKilled() throws Exception {
        String script = "trap '' TERM; sleep 1000 & echo $! >ready$RANK; wait; while :; do sleep 0.1; done";
        try (Launched run = Launched.shell(folder, script, "--nproc-per-node", "2", "--shutdown-timeout", "1")) {
            run.await("ready0");
            run.await("ready1");
            assertThat(run.processes())
                    .as("launcher, guardian, ranks, and what those have started")
                    .hasSizeGreaterThanOrEqualTo(4);
            run.signal("KILL");
            run.exitCode();
            run.awaitNone();
        }
    }

    @Test
    void whatARankLeavesBehindIsEnded() throws Exception {
        try (Launched run = Launched.shell(folder, "sleep 1000 & exit 0")) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            run.awaitNone();
        }
    }

    @Test
    void optionsComeFromTorchrunsVariables() throws IOException, InterruptedException {
        Map<String, String> variables = Map.of("PET_NPROC_PER_NODE", "3", "PET_RDZV_ID", "kube");
        try (Launched run = Launched.start(folder, variables, "--no-python", "--", "printenv", "TORCHELASTIC_RUN_ID")) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out().lines())
                    .containsExactlyInAnyOrder("[default0]:kube", "[default1]:kube", "[default2]:kube");
        }
    }
}
