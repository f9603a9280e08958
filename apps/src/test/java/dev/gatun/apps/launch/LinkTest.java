package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts, in network namespaces, whose link is cut and restored. */
class LinkTest {
    private static final String ID = Long.toString(ProcessHandle.current().pid() % 100_000);
    private static final List<String> HOSTS = List.of("gatun0-" + ID, "gatun1-" + ID);
    private static final String FIRST = "10.213.86.1";

    @TempDir
    private Path folder;

    private static boolean ip(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(args));
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    @BeforeEach
    void connectHosts() throws Exception {
        boolean possible = true;
        for (String host : HOSTS) {
            possible = possible && ip("netns", "add", host) && ip("-n", host, "link", "set", "lo", "up");
        }
        possible = possible
                && ip(
                        "link",
                        "add",
                        "g0-" + ID,
                        "netns",
                        HOSTS.get(0),
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "g1-" + ID,
                        "netns",
                        HOSTS.get(1));
        for (int i = 0; i < 2; i++) {
            String host = HOSTS.get(i);
            possible = possible
                    && ip("-n", host, "address", "add", "10.213.86." + (i + 1) + "/24", "dev", "g" + i + "-" + ID)
                    && ip("-n", host, "link", "set", "g" + i + "-" + ID, "up");
        }
        assumeTrue(possible, "needs network namespaces: root and the program ip (Debian: iproute2)");
    }

    @AfterEach
    void removeHosts() throws Exception {
        for (String host : HOSTS) {
            ip("netns", "delete", host);
        }
    }

    private Launched launch(int node) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "--nnodes",
                "2",
                "--node-rank",
                Integer.toString(node),
                "--master-addr",
                FIRST,
                "--max-restarts",
                "2",
                "--shutdown-timeout",
                "5",
                "--rdzv-conf",
                "keep_alive=8",
                "--no-python",
                "--"));
        args.addAll(SummingRank.command("1000"));
        return Launched.startBehind(
                List.of("ip", "netns", "exec", HOSTS.get(node)),
                Files.createDirectories(folder.resolve("host" + node)),
                Map.of(),
                args.toArray(String[]::new));
    }

    @Test
    void aRunGoesOnWhenTheLinkIsBack() throws Exception {
        try (Launched first = launch(0);
                Launched second = launch(1)) {
            first.awaitOut("sum 3.0");
            second.awaitOut("sum 3.0");
            assertThat(ip("-n", HOSTS.get(0), "link", "set", "g0-" + ID, "down"))
                    .isTrue();
            first.awaitErr("the launcher there was silent for 8 s");
            assertThat(ip("-n", HOSTS.get(0), "link", "set", "g0-" + ID, "up")).isTrue();
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(second.exitCode()).as(second.err()).isZero();
            assertThat(first.err()).contains("out of reach", "restart 1 of 2");
        }
    }
}
