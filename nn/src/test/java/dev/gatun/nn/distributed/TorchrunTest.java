package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.PythonPeer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** PyTorch's own launcher starts our ranks, which find each other in its store. */
class TorchrunTest {
    private static final String SCRIPT = """
            import subprocess, sys
            command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
            run = subprocess.run(command + sys.argv[1:], capture_output=True, text=True, timeout=200)
            print(run.stdout if run.returncode == 0 else run.stderr)
            """;

    @Test
    void torchrunStartsRanksOfOurs() {
        MavenLibtorch.assume();
        String printed = PythonPeer.run(
                SCRIPT,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CollectivesMain.class.getName());
        assertThat(printed.lines().sorted())
                .containsExactlyElementsOf((CollectivesMain.expected(2) + CollectivesMain.expected(2))
                        .lines()
                        .sorted()
                        .toList());
    }
}
