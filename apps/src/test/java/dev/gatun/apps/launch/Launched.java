package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A launcher in a JVM of its own, with its logs and output in a folder. */
final class Launched implements AutoCloseable {
    /** In the environment of all that a launcher starts: other launchers may be about, and what earlier ones left. */
    private static final String TOKEN = "GATUN_LAUNCHED";

    private static final long SECONDS = 60;

    private final Path folder;
    private final Process process;
    private final String token;

    private Launched(Path folder, Process process, String token) {
        this.folder = folder;
        this.process = process;
        this.token = token;
    }

    /** Starts {@code gatun launch} with these arguments. */
    static Launched start(Path folder, Map<String, String> environment, String... args) throws IOException {
        return startBehind(List.of(), folder, environment, args);
    }

    /** The same behind a program that starts others. */
    static Launched startBehind(List<String> before, Path folder, Map<String, String> environment, String... args)
            throws IOException {
        // What a shell starts in the background ignores Ctrl-C, and so would all that is started from there.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.gatun.apps.Gatun",
                "launch",
                "--log-dir",
                folder.resolve("logs").toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile());
        builder.environment().putAll(environment);
        String token = UUID.randomUUID().toString();
        builder.environment().put(TOKEN, token);
        return new Launched(folder, builder.start(), token);
    }

    /** Starts ranks that run a shell script. */
    static Launched shell(Path folder, String script, String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of(options));
        args.addAll(List.of("--no-python", "--", "sh", "-c", script));
        return start(folder, Map.of(), args.toArray(String[]::new));
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                .as("ended in time")
                .isTrue();
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(folder.resolve("out.txt"));
    }

    String err() throws IOException {
        return Files.readString(folder.resolve("err.txt"));
    }

    /** The file of that name of a local rank in an attempt. */
    Path log(int attempt, int localRank, String name) throws IOException {
        try (Stream<Path> runs = Files.list(folder.resolve("logs"))) {
            return runs.findFirst().orElseThrow().resolve("attempt_" + attempt + "/" + localRank + "/" + name);
        }
    }

    /** Sends a signal to the launcher alone. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** The process of a rank. */
    ProcessHandle rank(int rank) {
        return process.children()
                .filter(child -> read(child, "environ").contains("\0RANK=" + rank + "\0"))
                .findFirst()
                .orElseThrow();
    }

    /** The launcher and all that it has started, directly or not. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(handle -> ("\0" + read(handle, "environ")).contains("\0" + TOKEN + "=" + token + "\0"))
                .toList();
    }

    /** Waits until a rank has made this file in the folder, and returns what is in it. */
    String await(String file) throws IOException, InterruptedException {
        Path path = folder.resolve(file);
        for (int i = 0; i < SECONDS * 20; i++) {
            if (Files.exists(path) && Files.size(path) > 0) {
                return Files.readString(path).strip();
            }
            Thread.sleep(50);
        }
        throw new AssertionError(file + " was not written; the launcher says: " + err());
    }

    /** Waits until ranks have written this. */
    void awaitOut(String text) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS * 20 && process.isAlive() && !out().contains(text); i++) {
            Thread.sleep(50);
        }
        assertThat(out()).as(err()).contains(text);
    }

    /** Waits until the launcher or ranks have complained of this. */
    void awaitErr(String text) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS * 20 && process.isAlive() && !err().contains(text); i++) {
            Thread.sleep(50);
        }
        assertThat(err()).contains(text);
    }

    /** Waits until a process has ended, though its parent may not have heard of that. */
    static void awaitEnd(ProcessHandle handle) throws InterruptedException {
        for (int i = 0; i < SECONDS * 20 && !commandLine(handle).isEmpty(); i++) {
            Thread.sleep(50);
        }
        assertThat(commandLine(handle)).isEmpty();
    }

    /** Waits until nothing is left of the launcher and of what it has started, its guardian too. */
    void awaitNone() throws InterruptedException {
        for (int i = 0; i < SECONDS * 20 && !processes().isEmpty(); i++) {
            Thread.sleep(50);
        }
        assertThat(processes().stream().map(handle -> handle.pid() + " " + commandLine(handle)))
                .as("processes left behind")
                .isEmpty();
    }

    private static String commandLine(ProcessHandle handle) {
        return read(handle, "cmdline").replace('\0', ' ');
    }

    private static String read(ProcessHandle handle, String file) {
        try {
            return Files.readString(Path.of("/proc/" + handle.pid() + "/" + file));
        } catch (IOException | UncheckedIOException e) {
            return ""; // it has ended meanwhile
        }
    }

    @Override
    public void close() {
        // Its ranks end with it.
        process.destroyForcibly().onExit().join();
    }
}
