package dev.gatun.apps.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** One rank: the leader of a session and process group of its own, so that it can be ended with all that it started. */
final class RankProcess {
    /** Waits for a line, so that no rank runs of which the guardian does not know yet; the rank keeps the shell's pid. */
    private static final String WAIT_FOR_GO = "read -r _ && exec \"$@\" </dev/null";

    private final int rank;
    private final int localRank;
    private final Process process;
    private volatile long endedAtMillis;

    private RankProcess(int rank, int localRank, Process process, Runnable whenEnded) {
        this.rank = rank;
        this.localRank = localRank;
        this.process = process;
        process.onExit().thenRun(() -> {
            endedAtMillis = System.currentTimeMillis();
            whenEnded.run();
        });
    }

    /** Starts one; {@code whenEnded} is called from another thread. */
    static RankProcess start(
            int rank,
            int localRank,
            List<String> command,
            Map<String, String> environment,
            Redirect out,
            Redirect err,
            Guardian guardian,
            Runnable whenEnded)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("setsid", "sh", "-c", WAIT_FOR_GO, "gatun-rank"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectOutput(out).redirectError(err);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            awaitGroup(process);
            guardian.add(process.pid());
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
        try (OutputStream go = process.getOutputStream()) {
            go.write('\n');
        } catch (IOException e) {
            // Somebody has killed it already: a rank that failed, like any other.
            process.destroyForcibly();
        }
        return new RankProcess(rank, localRank, process, whenEnded);
    }

    /** Until it leads its group, or has ended: a signal to the group would be lost before that. */
    private static void awaitGroup(Process process) throws IOException {
        try {
            while (!Signals.isAlive(process.pid()) && !process.waitFor(1, TimeUnit.MILLISECONDS)) {
                // not yet
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting a rank", e);
        }
    }

    int rank() {
        return rank;
    }

    int localRank() {
        return localRank;
    }

    long pid() {
        return process.pid();
    }

    /** Its exit code, once it has ended. */
    OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** When it ended: now, if that was so short a time ago that nobody has noted it. */
    long endedAtMillis() {
        long noted = endedAtMillis;
        return noted == 0 ? System.currentTimeMillis() : noted;
    }

    /** Whether it, or something that it started, is alive. */
    boolean groupIsAlive() {
        return Signals.isAlive(process.pid());
    }

    /** To it and all that it started. */
    void signal(int number) {
        Signals.sendToGroup(process.pid(), number);
    }

    /** Whether it has been stopped, as by SIGSTOP, and so keeps the others waiting. */
    boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            // The state comes after the program's name, which is in parentheses and may hold anything.
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false;
        }
    }
}
