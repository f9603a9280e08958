package dev.gatun.apps.bench.t5;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.ProcessMemory;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Torch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Measures one row in this process. */
final class T5Worker {
    private static final int WARM_UP = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private final T5Work work;
    private final CppT5 other;
    private final boolean beside;
    private final List<Double> millis = new ArrayList<>();
    private final List<Double> turns = new ArrayList<>();
    private final List<Double> cppMillis = new ArrayList<>();
    private long held;
    private long cppHeld;
    private long samples;
    private long inJava;

    private T5Worker(T5Work work, CppT5 other, boolean beside) {
        this.work = work;
        this.other = other;
        this.beside = beside;
    }

    /**
     * Measures whenever it is asked to, as {@link T5Process} says.
     *
     * @param cpp whether the C++ program takes turns within each of this process's turns, and where the thread is is sampled: not
     *     in a race against another process, which nobody looks at every few milliseconds
     */
    static void serve(T5Row row, int threads, boolean cpp, BufferedReader in, PrintWriter out) throws IOException {
        Torch.setNumThreads(threads);
        try (T5Work work = new T5Work(row, row.size().config());
                CppT5 other =
                        cpp && row.kind().trains() ? new CppT5(row, row.size().config()) : null) {
            if (row.kind() == T5Row.Kind.ADAMW) {
                work.fillGradients();
            }
            T5Worker worker = new T5Worker(work, other, cpp);
            for (int i = 0; i < WARM_UP; i++) {
                worker.unmeasured();
            }
            for (String line = in.readLine(); line != null && line.startsWith("turn "); line = in.readLine()) {
                worker.turn(Double.parseDouble(line.substring("turn ".length())));
                out.println("done");
                out.flush();
            }
            out.println(new ObjectMapper().writeValueAsString(worker.measurement()));
            out.flush();
        }
    }

    private void unmeasured() {
        work.run();
        if (other != null) {
            other.step();
        }
    }

    /** The first iteration of a turn is not counted: threads and caches come back from somebody else's work. */
    private void turn(double seconds) {
        if (seconds == 0) {
            return;
        }
        unmeasured();
        int first = millis.size();
        JavaShare share = beside ? new JavaShare(Thread.currentThread()) : null;
        try (share) {
            long end = System.nanoTime() + (long) (seconds * 1e9);
            do {
                held = Math.max(held, peak(work::run, millis));
                if (other != null) {
                    cppHeld = Math.max(cppHeld, peak(other::step, cppMillis));
                }
            } while (System.nanoTime() < end);
        }
        if (share != null) {
            samples += share.samples();
            inJava += share.inJava();
        }
        turns.add(T5Measurement.median(millis.subList(first, millis.size())));
    }

    private T5Measurement measurement() throws IOException {
        // The samples were taken during both programs' iterations, and the C++ program's are all outside Java.
        double ours = sum(millis) / (sum(millis) + sum(cppMillis));
        double javaShare = samples == 0 ? 0 : (double) inJava / samples / ours;
        return new T5Measurement(
                millis,
                turns,
                cppMillis,
                javaShare,
                held,
                cppHeld,
                ProcessMemory.bytes(ProcessMemory.PEAK),
                Torch.version());
    }

    /** Runs and times one iteration; returns by how much the bytes that libtorch holds rose above those before. */
    private static long peak(Runnable iteration, List<Double> millis) {
        Memory.resetPeaks();
        long before = Memory.statistics().liveBytes();
        long begin = System.nanoTime();
        iteration.run();
        millis.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
        return Memory.statistics().peakBytes() - before;
    }

    private static double sum(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }
}
