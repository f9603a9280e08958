package dev.gatun.apps.bench.t5;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class T5CommandTest {
    @Test
    void aRowIsMeasuredAndWritten(@TempDir Path folder) throws Exception {
        StringWriter printed = new StringWriter();
        int status = new CommandLine(new T5Command())
                .setOut(new PrintWriter(printed))
                .execute("--row", "train-mini", "--rounds", "1", "--seconds", "0.1", "-o", folder.toString());
        assertThat(status).isZero();
        String page = Files.readString(folder.resolve("t5.md"));
        assertThat(page).contains("| mini: training step, all parameters |").contains("- libtorch: 2.");
        assertThat(printed.toString()).contains(page);
        assertThat(Files.readString(folder.resolve("t5.json"))).contains("\"train-mini\"");
    }
}
