package dev.gatun.torch;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what passes between tensors and Java. To ask a GPU for elements ({@code item}, the arrays, {@code copyTo}) is to wait until
 * all work that was queued before is done, and a tensor made of Java's data is on the host and has to be copied there: a loop that
 * is to keep a GPU busy does neither. Both are counted on every device, so that a test without a GPU can prove it.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="hostTraffic"}
 *
 * <p>Not counted is what needs no waiting: shapes and types, and memory of the host by {@link Tensor#segment} and
 * {@link Tensor#wrap}.
 */
public final class HostTraffic {
    private static final LongAdder READS = new LongAdder();
    private static final LongAdder WRITES = new LongAdder();

    private HostTraffic() {}

    /** How often this process has asked for elements of a tensor, on all threads. */
    public static long reads() {
        return READS.sum();
    }

    /** How many tensors this process has made of copies of Java's data, on all threads. */
    public static long writes() {
        return WRITES.sum();
    }

    static void read() {
        READS.increment();
    }

    static void written() {
        WRITES.increment();
    }
}
