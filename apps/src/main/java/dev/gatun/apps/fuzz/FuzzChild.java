package dev.gatun.apps.fuzz;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The process that makes the calls, and may die of one. Arguments: journal, notes, seed, calls an op, the first call
 * and the one after the last, and how many plausible calls to try for each op to find a valid one (0 fuzzes).
 */
final class FuzzChild {
    private static final int SENTENCE = 40;

    private final List<FuzzOp> ops = FuzzOp.all();
    private final Calls calls;
    private final Journal journal;
    private final PrintWriter notes;
    private final Set<String> noted = new HashSet<>();
    private final int callsAnOp;

    private FuzzChild(Calls calls, Journal journal, PrintWriter notes, int callsAnOp) {
        this.calls = calls;
        this.journal = journal;
        this.notes = notes;
        this.callsAnOp = callsAnOp;
    }

    public static void main(String[] args) throws IOException {
        try (Journal journal = Journal.open(Path.of(args[0]));
                PrintWriter notes = new PrintWriter(
                        Files.newBufferedWriter(
                                Path.of(args[1]),
                                StandardCharsets.UTF_8,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.APPEND),
                        true)) {
            Calls calls = new Calls(Long.parseLong(args[2]));
            FuzzChild child = new FuzzChild(calls, journal, notes, Integer.parseInt(args[3]));
            Torch.setNumThreads(1);
            int tries = Integer.parseInt(args[6]);
            for (int call = Integer.parseInt(args[4]); call < Integer.parseInt(args[5]); call++) {
                if (tries > 0) {
                    child.search(call, tries);
                } else {
                    child.make(call);
                }
            }
        }
    }

    /** Call {@code call} of the run: the ops come one after the other, each with all its calls. */
    private void make(int call) {
        FuzzOp op = ops.get(call / callsAnOp);
        int number = call % callsAnOp;
        journal.begin(call);
        Throwable thrown = run(op, calls.arguments(op, number), number);
        Outcome outcome = Outcome.of(thrown);
        if ((outcome == Outcome.FAILED || outcome == Outcome.REJECTED) && !calls.isKnown(op)) {
            note(op, thrown);
        }
        journal.end(call, outcome);
    }

    /** Notes why an op without a known valid call fails; the same sentence once. */
    private void note(FuzzOp op, Throwable thrown) {
        String message = String.valueOf(thrown.getMessage()).replaceAll("\\s+", " ");
        String sentence = message.substring(Math.max(0, message.indexOf("): ")));
        if (noted.add(op.name() + sentence.substring(0, Math.min(SENTENCE, sentence.length())))) {
            notes.println(op.name() + "\t" + message);
        }
    }

    /** Looks for valid calls of one op, and writes those that it finds as lines of {@code valid-calls.txt}. */
    private void search(int index, int tries) {
        FuzzOp op = ops.get(index);
        if (calls.isKnown(op)) {
            return;
        }
        Set<List<String>> found = new HashSet<>();
        String failure = "";
        for (int i = 0; i < tries && found.size() < 2; i++) {
            journal.begin(index);
            List<String> arguments =
                    Plausible.arguments(op, new SplittableRandom(31L * op.name().hashCode() + i).split());
            Throwable thrown = run(op, arguments, i);
            if (thrown == null && found.add(arguments)) {
                notes.println(op.name() + "\t" + String.join("\t", arguments));
            } else if (thrown != null && (failure.isEmpty() || i % 50 == 0)) {
                failure = thrown.toString().replaceAll("\\s+", " ") + " FOR " + arguments;
            }
        }
        if (found.isEmpty()) {
            notes.println("#" + op.name() + "\t" + failure);
        }
        journal.end(index, found.isEmpty() ? Outcome.FAILED : Outcome.SUCCEEDED);
    }

    /** Makes one call in a scope of its own, from the same random state whatever came before; null if it succeeded. */
    static Throwable run(FuzzOp op, List<String> text, long seed) {
        try (Scope _ = Scope.open()) {
            Torch.manualSeed(seed);
            op.call(arguments(op, text));
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private static Object[] arguments(FuzzOp op, List<String> text) throws Unmakeable {
        try {
            return Values.make(op, text);
        } catch (RuntimeException e) {
            throw new Unmakeable(text, e);
        }
    }

    /** The arguments could not be made: a tensor too large for memory, or a text that nothing can be made of. */
    static final class Unmakeable extends Exception {
        private static final long serialVersionUID = 1L;

        Unmakeable(List<String> text, RuntimeException cause) {
            super("cannot make " + text + ": " + cause.getMessage(), cause);
        }
    }
}
