package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs scripts by the Python that {@code GATUN_TEST_PYTHON} names, one with torch, transformers, peft and safetensors. */
public final class PythonPeer {
    private PythonPeer() {}

    /** Runs {@code script} with {@code arguments} (its {@code sys.argv[1:]}) and returns what it printed; skips the test without a Python. */
    public static String run(String script, Object... arguments) {
        String python = System.getenv("GATUN_TEST_PYTHON");
        assumeTrue(
                python != null,
                "needs a Python peer: GATUN_TEST_PYTHON=… (with torch, transformers, peft, safetensors)");
        List<String> command = new ArrayList<>(List.of(python, "-c", script));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        try {
            Path errors = Files.createTempFile("gatun-python", ".err");
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().put("HF_HUB_OFFLINE", "1");
            Process process = builder.start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            assertThat(status).as(Files.readString(errors)).isZero();
            Files.delete(errors);
            return printed.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
