package dev.gatun.apps.bench.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DistributedCommandTest {
    /** A small run from end to end; what it measures means nothing. */
    @Test
    void ranksAreMeasuredAndThePageIsWritten(@TempDir Path folder) throws Exception {
        StringWriter printed = new StringWriter();
        int status = new CommandLine(new DistributedCommand())
                .setOut(new PrintWriter(printed))
                .execute(("--rounds 2 --largest 1 --layers 3 --width 64 --rows 16 --models t5-v1_1-small --source 16"
                                + " --target 8 --output " + folder)
                        .split(" "));
        assertThat(status).isZero();
        String page = Files.readString(folder.resolve("distributed.md"));
        assertThat(printed.toString()).contains(page);
        assertThat(page).contains("- run: `./gatun bench distributed --rounds 2 --largest 1 --layers 3 ");
        assertThat(page).contains("| 4 KiB |", "| 1 MiB |", "## t5-v1_1-small on 8 to 1,024 ranks", "| 1,024 |");
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("distributed.json").toFile());
        assertThat(json.get("all_reduce")).hasSize(5).allSatisfy(size -> {
            assertThat(size.get("group").asDouble()).isPositive();
            assertThat(size.get("raw").asDouble()).isPositive();
        });
        String missing = ShapedLink.missing();
        if (missing != null) {
            assertThat(page).contains("Not measured: " + missing);
        } else {
            assertThat(json.get("overlap").get("two_ranks")).hasSize(2).allSatisfy(round -> {
                // A delay of 1 ms each way is longer than these layers take.
                double exchange =
                        round.get("off").asDouble() - round.get("alone").asDouble();
                assertThat(round.get("off").asDouble()).isGreaterThan(0.002);
                assertThat(exchange).isLessThan(10);
            });
        }
    }
}
