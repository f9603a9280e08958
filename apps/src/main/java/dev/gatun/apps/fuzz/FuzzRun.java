package dev.gatun.apps.fuzz;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes all calls of a run in child processes: a child that dies or hangs is a finding, and the next one goes on behind
 * the call that it was making.
 */
final class FuzzRun {
    /** After so many deaths of one op its other calls are left out: each costs a process. */
    private static final int MAX_FINDINGS_AN_OP = 2;

    /**
     * What to run.
     *
     * @param ops the ops to call, or all when empty
     * @param only the one call of each op to make, or -1
     * @param searchTries instead of fuzzing, try so many plausible calls of each op without a known valid one; 0 fuzzes
     */
    record Options(
            long seed,
            int calls,
            int processes,
            int memoryMegabytes,
            int deadlineSeconds,
            List<String> ops,
            int only,
            int searchTries) {}

    private final Options options;
    private final Path folder;
    private final List<FuzzOp> ops = FuzzOp.all();
    private final int callsAnOp;
    private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, int[]> counts = new HashMap<>();
    private final Map<String, List<String>> failures = new HashMap<>();

    FuzzRun(Options options, Path folder) {
        this.options = options;
        this.folder = folder;
        this.callsAnOp = options.searchTries() > 0 ? 1 : Math.ceilDiv(options.calls(), ops.size());
    }

    /** Runs to the end; progress, a line for each finding, goes to {@code progress}. */
    FuzzReport run(PrintWriter progress) throws InterruptedException {
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            if (options.ops().isEmpty() || options.ops().contains(ops.get(i).name())) {
                chosen.add(i);
            }
        }
        List<Thread> threads = new ArrayList<>();
        List<RuntimeException> failed = Collections.synchronizedList(new ArrayList<>());
        int slices = Math.min(options.processes(), chosen.size());
        for (int i = 0; i < slices; i++) {
            List<Integer> slice = chosen.subList(i * chosen.size() / slices, (i + 1) * chosen.size() / slices);
            Path own = folder.resolve("child-" + i);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    runSlice(slice, own, progress);
                } catch (IOException e) {
                    failed.add(new UncheckedIOException(e));
                } catch (RuntimeException e) {
                    failed.add(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failed.isEmpty()) {
            throw failed.getFirst();
        }
        return new FuzzReport(options.seed(), ops, counts, failures, findings);
    }

    private void runSlice(List<Integer> slice, Path own, PrintWriter progress)
            throws IOException, InterruptedException {
        Files.createDirectories(own);
        ChildProcess child = new ChildProcess(own, options.memoryMegabytes(), options.deadlineSeconds());
        try (Journal journal = Journal.create(child.journal(), ops.size() * callsAnOp)) {
            // Neighbours run in one process.
            for (int first = 0; first < slice.size(); ) {
                int last = first;
                while (last + 1 < slice.size() && slice.get(last + 1) == slice.get(last) + 1) {
                    last++;
                }
                if (options.only() >= 0) {
                    last = first;
                    int call = slice.get(first) * callsAnOp + options.only();
                    runRange(child, journal, call, call + 1, progress);
                } else {
                    runRange(child, journal, slice.get(first) * callsAnOp, (slice.get(last) + 1) * callsAnOp, progress);
                }
                first = last + 1;
            }
            collect(slice, journal, child.notes());
        }
    }

    private void runRange(ChildProcess child, Journal journal, int from, int to, PrintWriter progress)
            throws IOException, InterruptedException {
        int next = from;
        int deaths = 0;
        while (next < to) {
            ChildProcess.Ending ending = start(child, journal, next, to);
            if (ending == null) {
                return;
            }
            int call = ending.call();
            journal.end(call, ending.text().startsWith(Finding.HANG) ? Outcome.HUNG : Outcome.DIED);
            Finding finding = finding(call, ending.text());
            findings.add(finding);
            progress.println(finding);
            progress.flush();
            deaths = call / callsAnOp == (next - 1) / callsAnOp ? deaths + 1 : 1;
            next = deaths >= MAX_FINDINGS_AN_OP ? (call / callsAnOp + 1) * callsAnOp : call + 1;
        }
    }

    private ChildProcess.Ending start(ChildProcess child, Journal journal, int from, int to)
            throws IOException, InterruptedException {
        return child.run(
                journal,
                Long.toString(options.seed()),
                Integer.toString(callsAnOp),
                Integer.toString(from),
                Integer.toString(to),
                Integer.toString(options.searchTries()));
    }

    private Finding finding(int call, String ending) {
        FuzzOp op = ops.get(call / callsAnOp);
        int number = call % callsAnOp;
        String arguments = String.join(" ", new Calls(options.seed()).arguments(op, number));
        return new Finding(op.name(), number, arguments, ending);
    }

    private synchronized void collect(List<Integer> slice, Journal journal, Path notes) throws IOException {
        for (int index : slice) {
            int[] count = counts.computeIfAbsent(ops.get(index).name(), _ -> new int[Outcome.values().length]);
            for (int call = index * callsAnOp; call < (index + 1) * callsAnOp; call++) {
                count[journal.outcome(call).ordinal()]++;
            }
        }
        if (Files.exists(notes)) {
            for (String line : Files.readAllLines(notes)) {
                failures.computeIfAbsent(line.substring(0, line.indexOf('\t')), _ -> new ArrayList<>())
                        .add(line.substring(line.indexOf('\t') + 1));
            }
        }
    }
}
