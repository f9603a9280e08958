package dev.gatun.apps.faults;

import dev.gatun.hart.train.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Trains again and again, and lets faults happen at random moments: several to each training, which is started again after each
 * until it is done, and then compared with one to which nothing happened.
 */
final class FaultRun implements AutoCloseable {
    /** How long ranks wait for each other, and for how long they may save: short, as everything here is. */
    private static final int PATIENCE_SECONDS = 10;

    /** Much more than anything should take. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static final int FAULTS_A_TRAINING = 25;
    private static final double AT_START = 0.25;

    private final Random random;
    private final Path folder;
    private final Injector injector;
    private final TinyTraining training;
    private final PrintWriter progress;
    private final Deque<FaultKind> plan = new ArrayDeque<>();
    private final List<FaultOutcome> outcomes = new ArrayList<>();
    private final int count;
    private int trainings;
    private final Object starting = new Object();
    private Session current;
    private volatile boolean ending;

    private FaultRun(
            long seed, int count, Path folder, Injector injector, TinyTraining training, PrintWriter progress) {
        this.random = new Random(seed);
        this.count = count;
        this.folder = folder;
        this.injector = injector;
        this.training = training;
        this.progress = progress;
    }

    /** Prepares {@code count} faults in trainings of {@code steps} steps; {@code progress} is told of each. */
    static FaultRun prepare(long seed, int count, int steps, Path folder, PrintWriter progress)
            throws IOException, InterruptedException {
        Path all = Files.createDirectories(folder.toAbsolutePath());
        TinyTraining training = TinyTraining.write(all, steps, PATIENCE_SECONDS);
        Injector injector = new Injector(all.resolve("disk"));
        FaultRun run = new FaultRun(seed, count, all, injector, training, progress);
        // Before there is anything that it has to take away.
        Runtime.getRuntime().addShutdownHook(new Thread(run::closeInTheEnd));
        injector.prepare();
        return run;
    }

    /** Lets them happen; returns what became of each, and tells {@code whenTrained} of all so far after each training. */
    List<FaultOutcome> run(Consumer<List<FaultOutcome>> whenTrained) throws IOException, InterruptedException {
        Map<String, String> undisturbed = undisturbed();
        while (outcomes.size() < count) {
            int first = outcomes.size();
            Path run = injector.disk().resolve("training-" + trainings++);
            Session session = disturb(run);
            String problem = finish(run, session, undisturbed);
            if (first == outcomes.size() && !problem.isEmpty()) {
                throw new IllegalStateException(
                        "training " + trainings + ", to which nothing had happened yet, failed: " + problem);
            }
            for (int i = first; i < outcomes.size() && !problem.isEmpty(); i++) {
                outcomes.set(i, outcomes.get(i).withProblem(problem));
            }
            tell("training " + trainings + (problem.isEmpty() ? ": done, the same bits" : ": " + problem));
            Folders.delete(run);
            whenTrained.accept(outcomes);
        }
        return outcomes;
    }

    /** How many trainings they were. */
    int trainings() {
        return trainings;
    }

    /** The kinds that cannot be done here. */
    List<FaultKind> impossible() {
        return Stream.of(FaultKind.values()).filter(kind -> !injector.can(kind)).toList();
    }

    private Map<String, String> undisturbed() throws IOException, InterruptedException {
        Path run = injector.disk().resolve("undisturbed");
        try (Session session = start(run, 0, "")) {
            boolean ended = awaitEnd(session);
            if (!ended || session.launcher().exitValue() != 0 || !isDone(session, run)) {
                throw new IllegalStateException("the undisturbed training failed: " + session.said());
            }
        }
        Map<String, String> result = TinyTraining.result(run);
        tell("undisturbed training: " + TinyTraining.steps(run) + " steps");
        Folders.delete(run);
        return result;
    }

    private Session start(Path run, int restarts, String fault) throws IOException {
        Path logs = Files.createDirectories(folder.resolve("logs"));
        synchronized (starting) {
            requireNotEnding();
            current = Session.start(training.command(run), logs, restarts, PATIENCE_SECONDS, fault);
            return current;
        }
    }

    private boolean awaitEnd(Session session) throws InterruptedException {
        boolean ended = session.awaitEnd(LIMIT);
        requireNotEnding();
        return ended;
    }

    /** What a signal to this process does to sessions is no fault of theirs. */
    private void requireNotEnding() {
        if (ending) {
            throw new IllegalStateException("stopped by a signal");
        }
    }

    private boolean isDone(Session session, Path run) throws IOException {
        return training.isDone(run, session.saidSinceStart());
    }

    /** Lets several faults happen to a training; returns the launcher that still runs, or null. */
    private Session disturb(Path run) throws IOException, InterruptedException {
        Session session = null;
        for (int i = 0; i < FAULTS_A_TRAINING && outcomes.size() < count; i++) {
            int left = training.steps() - TinyTraining.steps(run);
            FaultKind kind = next(session != null, left);
            int rank = kind.isOfDisk() ? 0 : random.nextInt(2);
            int steps = 1 + random.nextInt(Math.max(1, Math.min(6, left - 1)));
            if (session == null) {
                String fault =
                        kind.isFromInside() ? kind.name().toLowerCase(Locale.ROOT) + "@" + steps + ":" + rank : "";
                session = start(run, kind.isOfRank() ? random.nextInt(2) : 0, fault);
            }
            if (!awaitMoment(kind, session, run, steps)) {
                plan.addFirst(kind);
                return session;
            }
            session = inject(kind, session, rank, run);
        }
        return session;
    }

    /** The next kind of the plan that is possible now. */
    private FaultKind next(boolean running, int stepsLeft) {
        if (plan.isEmpty()) {
            List<FaultKind> all = new ArrayList<>(
                    Stream.of(FaultKind.values()).filter(injector::can).toList());
            Collections.shuffle(all, random);
            plan.addAll(all);
        }
        FaultKind kind = plan.stream()
                .filter(one -> !(one.isFromInside() && (running || stepsLeft < 2)))
                .filter(one -> !(one.isOfDisk() && stepsLeft < 3 * TinyTraining.CHECKPOINT_EVERY))
                .findFirst()
                .orElse(FaultKind.KILL);
        plan.remove(kind);
        return kind;
    }

    /** Waits for the moment; false if the training was done before. */
    private boolean awaitMoment(FaultKind kind, Session session, Path run, int steps)
            throws IOException, InterruptedException {
        if (kind.isFromInside()) {
            return true;
        }
        if (!kind.isOfDisk() && random.nextDouble() < AT_START) {
            Thread.sleep(random.nextInt(3000));
            return session.isAlive();
        }
        int until = TinyTraining.steps(run) + steps;
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (TinyTraining.steps(run) < until && session.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        boolean reached = TinyTraining.steps(run) >= until;
        Thread.sleep(random.nextInt(200));
        return reached && session.isAlive(); // one that hangs by itself has to be seen by whoever finishes it
    }

    /** Returns the session if it goes on, or has trained to the end; null if it has ended otherwise. */
    private Session inject(FaultKind kind, Session session, int rank, Path run)
            throws IOException, InterruptedException {
        int step = TinyTraining.steps(run);
        String checkpoint = TinyTraining.newestCheckpoint(run);
        int saidBefore = kind.isFromInside() ? 0 : session.said().length();
        boolean mayRestart = kind.isOfRank() && session.restartsLeft() > 0;
        String problem = unasked(session);
        long begin = System.nanoTime();
        if (!injector.inject(kind, session, rank, run)) {
            return session;
        }
        int restarts = session.restartsLeft();
        boolean inTime = mayRestart ? session.awaitRestart(saidBefore, LIMIT) : session.awaitEnd(LIMIT);
        Aftermath aftermath = look(session, run, saidBefore, inTime, mayRestart, session.restartsLeft() < restarts);
        double seconds = (System.nanoTime() - begin) / 1e9;
        requireNotEnding();
        injector.undo(kind);
        if (problem.isEmpty() && aftermath.cameTooLate(kind)) {
            plan.addFirst(kind);
            tell(kind.description() + ": the training was done before");
            return ended(session, aftermath.exitCode() == 0);
        }
        if (problem.isEmpty()) {
            problem = aftermath.problem(kind, rank);
        }
        String after = TinyTraining.newestCheckpoint(run);
        if (problem.isEmpty()
                && !checkpoint.isEmpty()
                && (after.isEmpty() || TinyTraining.age(after) < TinyTraining.age(checkpoint))) {
            problem = "the checkpoint " + checkpoint + " was lost";
        }
        outcomes.add(new FaultOutcome(kind, rank, step, aftermath.goesOn(), seconds, problem));
        tell(String.format(
                Locale.ROOT,
                "fault %d of %d: %s, rank %d, step %d, %.1f s%s",
                outcomes.size(),
                count,
                kind.description(),
                rank,
                step,
                seconds,
                problem.isEmpty() ? "" : ": " + problem));
        return ended(session, aftermath.goesOn());
    }

    private static Session ended(Session session, boolean goesOn) {
        if (goesOn) {
            return session;
        }
        session.close();
        return null;
    }

    // Whether the launcher lives is asked once: it may end at any moment, and all that is said of it has to fit
    // together.
    private Aftermath look(
            Session session, Path run, int saidBefore, boolean inTime, boolean mayRestart, boolean restarted)
            throws IOException, InterruptedException {
        boolean alive = session.isAlive();
        int left = alive ? 0 : session.awaitNone(LIMIT).size();
        return new Aftermath(
                inTime,
                mayRestart,
                restarted,
                alive ? Aftermath.RUNS : session.launcher().exitValue(),
                isDone(session, run),
                session.saidSinceStart().contains("run folder: "),
                left,
                session.said().substring(saidBefore));
    }

    /** What has happened to a session without any fault, in words; empty if nothing has. */
    private static String unasked(Session session) throws IOException {
        return session.unaskedRestarts() == 0 ? "" : "ranks were started again without a fault";
    }

    /** Trains to the end; returns what differs from the undisturbed training, in words. */
    String finish(Path run, Session running, Map<String, String> undisturbed) throws IOException, InterruptedException {
        // One that has ended by itself is looked at too: another would train over what ended it.
        try (Session session = running != null ? running : start(run, 0, "")) {
            String problem = unfinished(session, run, awaitEnd(session));
            if (!problem.isEmpty()) {
                Files.writeString(folder.resolve("failed-" + trainings + ".log"), session.said());
                return problem;
            }
        }
        Map<String, String> result = TinyTraining.result(run);
        return undisturbed.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(result.get(entry.getKey())))
                .findFirst()
                .map(entry -> "its result differs from the undisturbed one, first in " + entry.getKey())
                .orElse("");
    }

    private String unfinished(Session session, Path run, boolean inTime) throws IOException {
        if (!inTime || session.launcher().exitValue() != 0) {
            return "it could not be finished afterwards"
                    + (inTime ? ": exit code " + session.launcher().exitValue() : "");
        }
        return isDone(session, run) ? unasked(session) : "exit code 0 before it was done";
    }

    private void tell(String text) {
        progress.println(text);
        progress.flush();
    }

    private void closeInTheEnd() {
        try {
            close();
        } catch (IOException e) {
            tell("gatun faults: " + e.getMessage());
        }
    }

    /** Ends the training that runs, if any, and starts no other; also from another thread, and more than once. */
    @Override
    public void close() throws IOException {
        Session last;
        synchronized (starting) {
            ending = true;
            last = current;
        }
        if (last != null) {
            last.close();
        }
        injector.close();
    }
}
