package dev.gatun.apps.faults;

import dev.gatun.apps.launch.GatunJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** One launcher with the ranks of a training, and what it has said. */
final class Session implements AutoCloseable {
    /** What the launcher says when it starts the ranks again. */
    private static final String AGAIN = "starting the ranks again";

    /** In the environment of all that a launcher starts, so that every process of it can be found. */
    private static final String TOKEN = "GATUN_FAULTS_SESSION";

    private static final long LOOK_EVERY_MILLIS = 50;

    private final Process launcher;
    private final Path said;
    private final String token;
    private final int restarts;
    private int restartsLeft;

    private Session(Process launcher, Path said, String token, int restarts) {
        this.launcher = launcher;
        this.said = said;
        this.token = token;
        this.restarts = restarts;
        this.restartsLeft = restarts;
    }

    /**
     * Starts a launcher of two ranks.
     *
     * @param logs the folder for what it and the ranks write
     * @param fault for {@link InjectedFault}; empty for none
     */
    static Session start(List<String> command, Path logs, int restarts, int patienceSeconds, String fault)
            throws IOException {
        String token = UUID.randomUUID().toString();
        List<String> launch = new ArrayList<>(List.of(
                "launch",
                "--nproc-per-node",
                "2",
                "--log-dir",
                logs.toString(),
                "--max-restarts",
                Integer.toString(restarts),
                "--shutdown-timeout",
                Integer.toString(patienceSeconds),
                "--"));
        launch.addAll(command);
        Path said = logs.resolve(token + ".log");
        ProcessBuilder builder = new ProcessBuilder(GatunJvm.command(launch))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(said.toFile()));
        builder.environment().put(TOKEN, token);
        builder.environment().put(InjectedFault.VARIABLE, fault);
        return new Session(builder.start(), said, token, restarts);
    }

    Process launcher() {
        return launcher;
    }

    boolean isAlive() {
        return launcher.isAlive();
    }

    int restartsLeft() {
        return restartsLeft;
    }

    /** How many of the restarts that the launcher has told of were waited for by nobody: no fault had asked for them. */
    int unaskedRestarts() throws IOException {
        return said().split(AGAIN, -1).length - 1 - (restarts - restartsLeft);
    }

    /** What the launcher and the ranks have written so far. */
    String said() throws IOException {
        return Files.readString(said, StandardCharsets.UTF_8);
    }

    /** The same since the ranks that run now were started. */
    String saidSinceStart() throws IOException {
        String all = said();
        return all.substring(Math.max(0, all.lastIndexOf(AGAIN)));
    }

    /** The process of a rank; empty if there is none now. */
    Optional<ProcessHandle> rank(int rank) {
        return launcher.children()
                .filter(child -> environment(child).contains("RANK=" + rank))
                .findFirst();
    }

    /** All processes that this launcher has started, directly or not, itself included. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> environment(process).contains(TOKEN + "=" + token))
                .toList();
    }

    private static List<String> environment(ProcessHandle process) {
        try {
            return List.of(Files.readString(Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException e) {
            return List.of(); // it has ended, or is none of ours
        }
    }

    /** Waits until the ranks are started again, or the launcher has ended; says whether one of them came in time. */
    boolean awaitRestart(int alreadySaid, Duration atMost) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            boolean ended = !launcher.isAlive();
            if (said().substring(alreadySaid).contains(AGAIN)) {
                restartsLeft--;
                return true;
            }
            if (ended || System.nanoTime() > deadline) {
                return ended;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Waits until the launcher has ended; says whether it did in time. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return launcher.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits until nothing is left of it; returns what is left in spite of that. */
    List<ProcessHandle> awaitNone(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<ProcessHandle> left = processes();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_EVERY_MILLIS);
            left = processes();
        }
        return left;
    }

    @Override
    public void close() {
        launcher.destroyForcibly().onExit().join();
        processes().forEach(ProcessHandle::destroyForcibly);
    }
}
