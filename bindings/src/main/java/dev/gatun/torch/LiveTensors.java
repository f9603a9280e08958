package dev.gatun.torch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Notes, when switched on, where tensors were made and closed, and which were lost. */
final class LiveTensors {
    private static final int FRAMES = 6;
    private static final String OWN_PACKAGE = LiveTensors.class.getPackageName();

    private static final Map<List<String>, Counts> SITES = new ConcurrentHashMap<>();

    private static volatile boolean recording = Boolean.getBoolean("gatun.debug.tensors");

    private LiveTensors() {}

    private static final class Counts {
        private final LongAdder live = new LongAdder();
        private final LongAdder reclaimed = new LongAdder();
    }

    /** What is known of one tensor while sites are recorded. */
    static final class Trace {
        private final List<String> made = here();
        private List<String> closed;

        private Trace() {
            counts().live.increment();
        }

        private Counts counts() {
            return SITES.computeIfAbsent(made, _ -> new Counts());
        }

        /** Where it was made and closed, as the end of a sentence. */
        String history() {
            return "it was made at " + first(made) + " and closed at " + first(closed);
        }

        private static String first(List<String> frames) {
            return frames == null || frames.isEmpty() ? "an unknown place" : frames.getFirst();
        }
    }

    /** A new tensor's trace, or null when none are recorded. */
    static Trace born() {
        return recording ? new Trace() : null;
    }

    /** Notes that tensors were closed here; {@code traces} are theirs, nulls among them. */
    static void died(Trace... traces) {
        List<String> where = null;
        for (Trace trace : traces) {
            if (trace != null) {
                where = where == null ? here() : where;
                trace.closed = where;
                trace.counts().live.decrement();
            }
        }
    }

    static void lost(Trace trace) {
        if (trace != null) {
            trace.counts().live.decrement();
            trace.counts().reclaimed.increment();
        }
    }

    /** Whether any tensor may have a trace: recording was on at some time. */
    static boolean hasTraces() {
        return !SITES.isEmpty();
    }

    static boolean recordsSites() {
        return recording;
    }

    static void recordSites(boolean on) {
        recording = on;
    }

    static List<Memory.Site> sites() {
        return SITES.entrySet().stream()
                .map(entry -> new Memory.Site(
                        entry.getKey(),
                        entry.getValue().live.sum(),
                        entry.getValue().reclaimed.sum()))
                .filter(site -> site.live() > 0 || site.reclaimed() > 0)
                .sorted(Comparator.comparingLong(Memory.Site::live).reversed())
                .toList();
    }

    private static List<String> here() {
        return StackWalker.getInstance()
                .walk(frames -> frames.dropWhile(
                                frame -> packageOf(frame.getClassName()).equals(OWN_PACKAGE))
                        .limit(FRAMES)
                        .map(frame -> frame.toStackTraceElement().toString())
                        .toList());
    }

    private static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }
}
