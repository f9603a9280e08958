package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/**
 * Tells what tensors take: how many are alive, how many bytes libtorch holds, and, when asked for, which lines of a
 * program made the tensors that are still alive. All figures are of the whole process, and any thread may ask.
 *
 * {@snippet class="dev.gatun.torch.snippets.ScopeSnippetsTest" region="memory"}
 */
public final class Memory {
    private Memory() {}

    /**
     * Figures of one moment.
     *
     * @param liveTensors handles made by Gatun and not yet freed; several may share one storage
     * @param peakTensors the most there were at once since the start or {@link #resetPeaks()}; exact where one thread makes
     *     tensors, and otherwise off by 64 for each further one at most
     * @param reclaimedTensors unscoped tensors that were lost without being closed and that the collector has given back
     * @param liveBytes what libtorch has allocated for CPU storages and working memory and not yet freed, each storage once;
     *     whatever oneDNN or BLAS allocate for themselves, other devices' memory and lent memory are not in it
     * @param peakBytes the most bytes there were at once since the start or {@link #resetPeaks()}
     * @param lentBytes memory of Java's under tensors made by {@link Tensor#wrap}, whose storages still live
     * @param allocations how often libtorch has allocated CPU memory since the start
     */
    public record Statistics(
            long liveTensors,
            long peakTensors,
            long reclaimedTensors,
            long liveBytes,
            long peakBytes,
            long lentBytes,
            long allocations) {}

    /** The figures now. */
    public static Statistics statistics() {
        return read(false);
    }

    /** Lets both peaks start again from what is alive now; returns the figures before. */
    public static Statistics resetPeaks() {
        Statistics before = read(false);
        LiveCount.resetPeak();
        read(true);
        return before;
    }

    private static Statistics read(boolean reset) {
        Frame f = Frame.begin();
        f.bool(0, reset);
        f.check(CoreRaw.memory(f.address()), "Memory.statistics");
        return new Statistics(
                LiveCount.live(),
                LiveCount.peak(),
                LiveCount.lost(),
                f.readInteger(0),
                f.readInteger(1),
                LentMemory.bytes(),
                f.readInteger(2));
    }

    /**
     * Starts or stops noting where each new tensor is made and where it is closed; costs some microseconds a tensor. The
     * system property {@code gatun.debug.tensors=true} starts it with the process.
     */
    public static void recordSites(boolean on) {
        LiveTensors.recordSites(on);
    }

    /**
     * Tensors alive that were made at one place.
     *
     * @param frames the first stack frames outside this package, innermost first
     * @param live how many of them are alive
     * @param reclaimed how many were lost without being closed
     */
    public record Site(List<String> frames, long live, long reclaimed) {}

    /** The places where live or lost tensors were made since {@link #recordSites(boolean)}, most live ones first. */
    public static List<Site> sites() {
        return LiveTensors.sites();
    }

    /**
     * Live tensors of one type, shape and device.
     *
     * @param tensor what they are, for example {@code float32[512,512] on cuda:0}
     * @param count how many storages they have; views of one storage are counted as what was seen of it first
     * @param bytes what those take
     */
    public record Large(String tensor, int count, long bytes) {
        /** For example {@code 3 × float32[512,512] (3.0 MiB)}. */
        @Override
        public String toString() {
            return (count == 1 ? "" : count + " × ")
                    + tensor
                    + String.format(Locale.ROOT, " (%.1f MiB)", bytes / (double) (1 << 20));
        }
    }

    /**
     * What takes most of the memory, on every device: kinds of live tensors in the order of their bytes, at most {@code count}
     * of them. Counted are the tensors of this thread's scopes and those of no scope; what only a graph for the backward
     * pass keeps is not, nor are tensors in scopes of other threads. Errors about a lack of memory show the same.
     */
    public static List<Large> largest(int count) {
        return LargestTensors.list(count);
    }

    /** {@link #sites()} and the figures as text. */
    public static String report() {
        Statistics now = statistics();
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%d tensors alive (peak %d), %d lost and reclaimed; %,d bytes (peak %,d), %,d bytes lent%n",
                now.liveTensors(),
                now.peakTensors(),
                now.reclaimedTensors(),
                now.liveBytes(),
                now.peakBytes(),
                now.lentBytes()));
        if (!LiveTensors.recordsSites()) {
            text.append("where they were made is not recorded: Memory.recordSites(true) or"
                    + " -Dgatun.debug.tensors=true\n");
        }
        for (Site site : sites()) {
            text.append(String.format("%6d alive, %d lost, made at%n", site.live(), site.reclaimed()));
            site.frames().forEach(frame -> text.append("        ").append(frame).append('\n'));
        }
        return text.toString();
    }

    /** Puts the counting allocator in front of libtorch's. Called once, before the first op. */
    static void count() {
        MemorySegment slots = Arena.global().allocate(ValueLayout.JAVA_LONG, 8);
        CoreRaw.count_memory(slots.address());
    }
}
