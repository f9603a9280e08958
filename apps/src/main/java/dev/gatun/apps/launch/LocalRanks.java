package dev.gatun.apps.launch;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** The ranks of one round on this machine. */
final class LocalRanks implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 20;

    private final List<RankProcess> ranks = new ArrayList<>();
    private final List<RankFiles> files = new ArrayList<>();
    private final Console console = new Console();
    private final Guardian guardian;
    private final Duration patience;

    private LocalRanks(Guardian guardian, Duration patience) {
        this.guardian = guardian;
        this.patience = patience;
    }

    /** Starts {@code count} ranks that run {@code command}; {@code whenOneEnds} is called from other threads. */
    static LocalRanks start(
            LaunchOptions options,
            Round round,
            int count,
            List<String> command,
            Path logs,
            Guardian guardian,
            Runnable whenOneEnds)
            throws IOException {
        LocalRanks all = new LocalRanks(guardian, Duration.ofSeconds(options.shutdownTimeout));
        RankEnvironment environment = new RankEnvironment(options, System.getenv());
        RankStreams streams = new RankStreams(options);
        try {
            for (int i = 0; i < count; i++) {
                RankFiles own = RankFiles.create(logs, round.number(), i);
                Map<String, String> variables = environment.of(round, i, count, own.error());
                Redirect out = streams.out(i, own);
                Redirect err = streams.err(i, own);
                all.files.add(own);
                int rank = round.firstRank() + i;
                all.ranks.add(RankProcess.start(rank, i, command, variables, out, err, guardian, whenOneEnds));
                streams.show(rank, i, own, all.console);
            }
        } catch (IOException | RuntimeException e) {
            all.stop(Signals.KILL, () -> true);
            all.close();
            throw e;
        }
        all.console.start();
        return all;
    }

    /** The exit codes of this moment, rank by rank; none where a rank has not ended. */
    List<OptionalInt> exitCodes() {
        return ranks.stream().map(RankProcess::exitCode).toList();
    }

    boolean allEnded() {
        return exitCodes().stream().allMatch(OptionalInt::isPresent);
    }

    /** The ranks that have ended otherwise than with exit code 0 so far. */
    List<RankFailure> failures() {
        List<RankFailure> failures = new ArrayList<>();
        for (int i = 0; i < ranks.size(); i++) {
            RankProcess rank = ranks.get(i);
            if (rank.exitCode().orElse(0) != 0) {
                failures.add(failure(rank, files.get(i)));
            }
        }
        return failures;
    }

    private static RankFailure failure(RankProcess rank, RankFiles files) {
        ErrorFile error = ErrorFile.read(files.error())
                .orElseGet(() -> new ErrorFile(files.lastLine(), "", rank.endedAtMillis()));
        return new RankFailure(
                rank.rank(),
                rank.localRank(),
                hostName(),
                rank.pid(),
                rank.exitCode().orElseThrow(),
                error.timeMillis(),
                error.message(),
                error.stack(),
                files.log());
    }

    /** What is odd about the ranks that have not failed, in words: one that was stopped, or ended while others went on. */
    List<String> oddities() {
        List<String> odd = new ArrayList<>();
        for (RankProcess rank : ranks) {
            if (rank.isStopped()) {
                odd.add("rank " + rank.rank() + " (pid " + rank.pid() + ") is stopped, as by SIGSTOP");
            } else if (rank.exitCode().orElse(1) == 0) {
                odd.add("rank " + rank.rank() + " had ended with exit code 0, as if it were done");
            }
        }
        return odd;
    }

    /**
     * Sends a signal to all ranks and what they have started, and SIGKILL when they have used up their time, or at once when
     * {@code hurry} says so. Returns when none is left.
     */
    void stop(int signal, BooleanSupplier hurry) {
        send(signal);
        // A stopped process does nothing with a signal until it goes on.
        send(Signals.CONTINUE);
        long deadline = System.nanoTime() + patience.toNanos();
        while (anyGroupAlive() && System.nanoTime() < deadline && !hurry.getAsBoolean()) {
            pause();
        }
        send(Signals.KILL);
        while (!allEnded()) {
            pause();
        }
    }

    private void send(int signal) {
        for (RankProcess rank : ranks) {
            rank.signal(signal);
        }
    }

    private boolean anyGroupAlive() {
        return ranks.stream().anyMatch(RankProcess::groupIsAlive);
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Ends what ranks have left behind, and shows the rest of what they wrote. */
    @Override
    public void close() throws IOException {
        send(Signals.KILL);
        for (RankProcess rank : ranks) {
            guardian.remove(rank.pid());
        }
        console.close();
    }
}
