package dev.gatun.data.p3;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.BatchOptions.Mode;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts the ids of a query and its demonstrations together: every demonstration is input, target and {@link Tokenizer#EOS}, as many
 * whole ones as fit. With {@link Mode#HYPER} they are the hypernetwork's input and the main model reads the query; with
 * {@link Mode#IN_CONTEXT} they stand before the query in one source.
 *
 * <p>Immutable; as safe for threads as its tokenizer.
 */
public final class P3Encoder {
    private static final long[] NONE = {};

    private final Tokenizer tokenizer;
    private final BatchOptions options;

    /**
     * Makes an encoder.
     *
     * @param tokenizer the main model's tokenizer, which the hypernetwork shares
     * @param options mode and lengths; its encoding is of no effect, as P3 has nothing but demonstrations
     */
    public P3Encoder(Tokenizer tokenizer, BatchOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /**
     * Returns mode and lengths.
     *
     * @return the options
     */
    public BatchOptions options() {
        return options;
    }

    /**
     * Encodes what the hypernetwork reads.
     *
     * @param demonstrations the demonstrations to choose from, in order
     * @return new ids [H], H at most {@link BatchOptions#maxHyper()}
     */
    public long[] hyper(List<P3Row> demonstrations) {
        return join(encoded(demonstrations), options.maxHyper(), NONE);
    }

    /**
     * Encodes what the main model reads.
     *
     * @param demonstrations the demonstrations to choose from, in order; with {@link Mode#HYPER} of no effect
     * @param input the prompt to be answered
     * @return new ids [S], S at most {@link BatchOptions#maxMain()}, ending in {@link Tokenizer#EOS}
     */
    public long[] main(List<P3Row> demonstrations, String input) {
        return main(encoded(demonstrations), tokenizer.encode(input));
    }

    /**
     * Encodes an answer.
     *
     * @param text the answer
     * @return new ids [T], T at most {@link BatchOptions#maxTarget()}, ending in {@link Tokenizer#EOS}
     */
    public long[] target(String text) {
        return tokenizer.encodeWithEos(text, options.maxTarget());
    }

    /** One row of a batch, all from ids without EOS; every demonstration has its own already. */
    EncodedExample encode(int task, List<long[]> demonstrations, long[] input, long[] target) {
        return new EncodedExample(
                task,
                options.mode() == Mode.HYPER ? join(demonstrations, options.maxHyper(), NONE) : NONE,
                main(demonstrations, input),
                withEos(target, options.maxTarget()));
    }

    /** A demonstration's ids. */
    static long[] demonstration(long[] input, long[] target) {
        long[] ids = Arrays.copyOf(input, input.length + target.length + 1);
        System.arraycopy(target, 0, ids, input.length, target.length);
        ids[ids.length - 1] = Tokenizer.EOS;
        return ids;
    }

    private List<long[]> encoded(List<P3Row> rows) {
        return rows.stream()
                .map(row -> demonstration(tokenizer.encode(row.inputs()), tokenizer.encode(row.target())))
                .toList();
    }

    private long[] main(List<long[]> demonstrations, long[] input) {
        long[] query = withEos(input, options.maxMain());
        return options.mode() == Mode.HYPER ? query : join(demonstrations, options.maxMain(), query);
    }

    /** Whole demonstrations before {@code query} while all fits; the first that does not fit ends the list. */
    private static long[] join(List<long[]> demonstrations, int limit, long[] query) {
        List<long[]> parts = new ArrayList<>();
        int length = query.length;
        for (long[] demonstration : demonstrations) {
            if (length + demonstration.length > limit) {
                break;
            }
            length += demonstration.length;
            parts.add(demonstration);
        }
        if (length == 0) {
            // A hypernetwork must read something: the head of the first, or nothing but an end.
            return demonstrations.isEmpty() ? new long[] {Tokenizer.EOS} : withEos(demonstrations.getFirst(), limit);
        }
        parts.add(query);
        return parts.stream().flatMapToLong(Arrays::stream).toArray();
    }

    private static long[] withEos(long[] ids, int limit) {
        int kept = Math.min(ids.length, limit - 1);
        long[] result = Arrays.copyOf(ids, kept + 1);
        result[kept] = Tokenizer.EOS;
        return result;
    }
}
