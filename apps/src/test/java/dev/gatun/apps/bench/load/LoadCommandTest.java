package dev.gatun.apps.bench.load;

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

class LoadCommandTest {
    private static final long SMALL = 76_961_152;

    @Test
    void everyWayIsMeasuredAndWritten(@TempDir Path folder) throws Exception {
        StringWriter printed = new StringWriter();
        int status = new CommandLine(new LoadCommand())
                .setOut(new PrintWriter(printed))
                .execute("--model", "t5-v1_1-small", "--rounds", "1", "-o", folder.toString());
        assertThat(status).isZero();
        String page = Files.readString(folder.resolve("load.md"));
        assertThat(printed.toString()).contains(page);
        assertThat(page).contains("76,961,152 parameters").contains("Without a Python");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("load.json").toFile());
        long read = json.at("/one_file/gatun/anonymous").asLong();
        assertThat(read).isGreaterThan(4 * SMALL);
        assertThat(json.at("/shards/gatun/anonymous").asLong()).isGreaterThan(4 * SMALL);
        assertThat(json.at("/mapped/gatun/anonymous").asLong()).isLessThan(read - 3 * SMALL);
        assertThat(json.has("bin")).isFalse();
    }
}
