package dev.gatun.libtorch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a JVM of its own, for what may end a JVM or happens once in one. */
final class ChildJvm {
    private static final long SECONDS = 120;

    private final Process process;
    private final Path output;

    private ChildJvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts {@code main} on this class path, with {@code environment} added; {@code flags} are for the JVM. */
    static ChildJvm start(Class<?> main, Map<String, String> environment, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        try {
            Path output = Files.createTempFile("gatun-child", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            return new ChildJvm(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end and returns {@code EXIT CODE: OUTPUT}. */
    String result() throws InterruptedException {
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "no end after " + SECONDS + " s: " + Files.readString(output);
            }
            String text = Files.readString(output).strip();
            Files.delete(output);
            return process.exitValue() + ": " + text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
