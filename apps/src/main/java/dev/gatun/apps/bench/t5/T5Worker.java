package dev.gatun.apps.bench.t5;

import dev.gatun.torch.Memory;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures one row in this process. */
final class T5Worker {
    private static final int WARM_UP = 3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int KIBI = 1024;

    private T5Worker() {}

    /**
     * @param seconds how long to measure, after warming up
     * @param cpp whether the C++ program takes turns
     */
    static T5Measurement measure(T5Row row, double seconds, int threads, boolean cpp) throws IOException {
        Torch.setNumThreads(threads);
        List<Double> millis = new ArrayList<>();
        List<Double> cppMillis = new ArrayList<>();
        try (T5Work work = new T5Work(row, row.size().config());
                CppT5 other =
                        cpp && row.kind().trains() ? new CppT5(row, row.size().config()) : null) {
            if (row.kind() == T5Row.Kind.ADAMW) {
                work.fillGradients();
            }
            for (int i = 0; i < WARM_UP; i++) {
                work.run();
                if (other != null) {
                    other.step();
                }
            }
            long held = 0;
            long cppHeld = 0;
            double javaShare;
            try (JavaShare share = new JavaShare(Thread.currentThread())) {
                long end = System.nanoTime() + (long) (seconds * 1e9);
                do {
                    held = Math.max(held, peak(work::run, millis));
                    if (other != null) {
                        cppHeld = Math.max(cppHeld, peak(other::step, cppMillis));
                    }
                } while (System.nanoTime() < end);
                javaShare = share.stop();
            }
            // The samples were taken during both programs' iterations, and the C++ program's are all outside Java.
            double ours = sum(millis) / (sum(millis) + sum(cppMillis));
            return new T5Measurement(
                    millis, cppMillis, javaShare / ours, held, cppHeld, residentBytes(), Torch.version());
        }
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

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
                .findFirst()
                .orElse(0);
    }
}
