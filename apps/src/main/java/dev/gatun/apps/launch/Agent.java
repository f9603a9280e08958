package dev.gatun.apps.launch;

import dev.gatun.apps.launch.Rendezvous.Ending;
import dev.gatun.apps.launch.Rendezvous.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs one machine's ranks, round by round, until they have succeeded or there is no point in going on. */
final class Agent {
    /** The exit code of ranks, and of the launcher, that have saved what they had and want to be started again. */
    static final int SAVED = 75;

    /** How long others that fail at the same moment have to be noticed before they are stopped. */
    private static final long SETTLING_MILLIS = 300;

    private final LaunchOptions options;
    private final int ranksHere;
    private final List<String> command;
    private final Path logs;
    private final PrintStream err;
    /** What has happened: 0 for a rank that ended, or a signal that reached the launcher. */
    private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

    private volatile int signal;
    private volatile boolean hurry;
    private List<String> oddities = List.of();

    Agent(LaunchOptions options, int ranksHere, List<String> command, Path logs, PrintStream err) {
        this.options = options;
        this.ranksHere = ranksHere;
        this.command = command;
        this.logs = logs;
        this.err = err;
    }

    /** Takes a signal that reached the launcher: the first is handed on, a second ends the ranks at once. */
    void onSignal(int number) {
        hurry = signal != 0;
        signal = number;
        events.add(number);
    }

    /** Whether a signal has come. */
    boolean isSignalled() {
        return signal != 0;
    }

    /** Returns the launcher's exit code. */
    int run(Rendezvous rendezvous, Guardian guardian) throws IOException {
        try {
            return runRounds(rendezvous, guardian);
        } catch (InterruptedException e) {
            // A signal came while there were no ranks: when other machines were waited for.
            return Signals.EXIT_CODE + signal;
        }
    }

    private int runRounds(Rendezvous rendezvous, Guardian guardian) throws IOException, InterruptedException {
        while (true) {
            Round round = rendezvous.next();
            if (!round.reason().isEmpty()) {
                err.println("gatun launch: starting the ranks again: " + round.reason());
            }
            Ending ending;
            List<RankFailure> failures;
            try (LocalRanks ranks =
                    LocalRanks.start(options, round, ranksHere, command, logs, guardian, () -> events.add(0))) {
                ending = watch(ranks, rendezvous);
                failures = ending == Ending.FAILED ? ranks.failures() : List.of();
                stop(ranks, ending);
                if (ending == Ending.SIGNALLED && ranks.exitCodes().contains(OptionalInt.of(SAVED))) {
                    ending = Ending.SAVED;
                }
            }
            Verdict verdict = rendezvous.finish(round, ending, failures);
            if (!rendezvous.failures().isEmpty()) {
                err.print(Summary.of(rendezvous.failures(), oddities));
                err.flush();
            }
            switch (verdict) {
                case AGAIN -> oddities = List.of();
                case SUCCEEDED -> {
                    return 0;
                }
                case SAVED -> {
                    return SAVED;
                }
                case FAILED -> {
                    return signal == 0 ? 1 : Signals.EXIT_CODE + signal;
                }
            }
        }
    }

    /** Waits until something has to be done about the ranks. */
    private Ending watch(LocalRanks ranks, Rendezvous rendezvous) throws InterruptedException {
        while (true) {
            events.poll(options.interval().toMillis(), TimeUnit.MILLISECONDS);
            if (signal != 0) {
                return Ending.SIGNALLED;
            }
            Optional<Ending> ending = Ending.of(ranks.exitCodes());
            if (ending.isPresent()) {
                if (ending.get() == Ending.FAILED) {
                    Thread.sleep(SETTLING_MILLIS);
                    oddities = ranks.oddities();
                }
                return ending.get();
            }
            if (rendezvous.stopAsked()) {
                return Ending.STOPPED;
            }
        }
    }

    private void stop(LocalRanks ranks, Ending ending) {
        if (!ranks.allEnded()) {
            if (ending == Ending.SIGNALLED) {
                err.println(
                        "gatun launch: " + Signals.nameOf(Signals.EXIT_CODE + signal) + " is handed on to the ranks");
            }
            ranks.stop(ending == Ending.SIGNALLED ? signal : Signals.TERM, () -> hurry);
        }
    }
}
