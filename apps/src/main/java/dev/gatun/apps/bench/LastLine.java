package dev.gatun.apps.bench;

import dev.gatun.apps.OwnProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process had to say.
 *
 * @param line the last one of its output, or empty
 * @param error the last one of its errors, or empty
 */
public record LastLine(int exitCode, String line, String error) {
    /**
     * Runs it to its end.
     *
     * @param libtorch what {@code GATUN_LIBTORCH} is for it, or null to leave it as it is
     * @throws IOException if it cannot be started
     */
    public static LastLine of(List<String> command, String libtorch) throws IOException {
        Path errors = Files.createTempFile("gatun-bench", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("HF_HUB_OFFLINE", "1");
        if (libtorch != null) {
            builder.environment().put("GATUN_LIBTORCH", libtorch);
        }
        try (OwnProcess own = OwnProcess.start(builder)) {
            String out = new String(own.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = own.process().waitFor();
            return new LastLine(status, last(out), last(Files.readString(errors)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a measurement ran", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String last(String text) {
        return text.strip().lines().reduce("", (_, line) -> line);
    }
}
