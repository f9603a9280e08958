package dev.gatun.apps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs other programs, and Gatun in a JVM of its own. */
final class Child {
    private static final long SECONDS = 400;

    private Child() {}

    /** How a process ended and what it wrote. */
    record Result(int exitCode, String out, String err) {}

    /** A program of the JDK that runs the tests. */
    static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** The entries of this JVM's class path. */
    static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":"))
                .map(Path::of)
                .toList();
    }

    /** Runs Gatun on this JVM's class path. */
    static Result gatun(Map<String, String> environment, String... args) throws InterruptedException {
        return gatun(Path.of("."), environment, args);
    }

    /** The same in {@code folder}. */
    static Result gatun(Path folder, Map<String, String> environment, String... args) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                jdk("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Gatun.class.getName()));
        command.addAll(List.of(args));
        return run(folder, environment, command);
    }

    /** Runs {@code command} in {@code folder}. */
    static Result run(Path folder, Map<String, String> environment, List<String> command) throws InterruptedException {
        try {
            Path out = Files.createTempFile("gatun", ".out");
            Path err = Files.createTempFile("gatun", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            Result result = new Result(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
