package dev.gatun.data.text;

import dev.gatun.data.DataException;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.ExampleSource;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.internal.CounterRandom;
import java.util.Arrays;

/**
 * Batches of context-augmented conditional language modelling, the first stage of HyperTuning-PT: a window of a document is cut into
 * A, B, C and D; the hypernetwork reads A, {@link Tokenizer#EOS} and D, the main model reads B and predicts C (specification
 * §7). A pure function of (seed, step, slot); every window of every document is equally probable.
 *
 * <p>B and C end in no {@link Tokenizer#EOS} of their own, as the text goes on. Documents shorter than a window are left out. The
 * task index of every row is 0.
 */
public final class CaclmBatches implements ExampleSource {
    private final TextCorpus corpus;
    private final long seed;
    private final Lengths lengths;
    private final int padToMultipleOf;
    private final long[] cumulative;

    /**
     * How a window is cut.
     *
     * @param a the tokens before, for the hypernetwork
     * @param b the tokens that the main model reads
     * @param c the tokens that it predicts
     * @param d the tokens after, for the hypernetwork
     */
    public record Lengths(int a, int b, int c, int d) {
        /** The default: 512 tokens in all. */
        public static final Lengths DEFAULT = new Lengths(192, 64, 64, 192);

        /** Checks the numbers. */
        public Lengths {
            if (a < 0 || b < 1 || c < 1 || d < 0) {
                throw new IllegalArgumentException(
                        "a window needs b and c of at least 1 token and no negative length, got a " + a + ", b " + b
                                + ", c " + c + ", d " + d);
            }
        }

        /**
         * Returns the length of the window.
         *
         * @return a + b + c + d
         */
        public int window() {
            return a + b + c + d;
        }
    }

    /**
     * Makes the batches of a run.
     *
     * @param corpus the documents, which stay the caller's
     * @param seed the run's data seed
     * @param lengths how windows are cut, such as {@link Lengths#DEFAULT}
     * @param padToMultipleOf widths of batches are rounded up to a multiple of this, at least 1
     * @throws DataException if no document is as long as a window
     */
    public CaclmBatches(TextCorpus corpus, long seed, Lengths lengths, int padToMultipleOf) {
        this.corpus = corpus;
        this.seed = seed;
        this.lengths = lengths;
        this.padToMultipleOf = padToMultipleOf;
        this.cumulative = new long[corpus.documents()];
        long total = 0;
        int longest = 0;
        for (int document = 0; document < cumulative.length; document++) {
            longest = Math.max(longest, corpus.length(document));
            total += Math.max(0, corpus.length(document) - lengths.window() + 1);
            cumulative[document] = total;
        }
        if (total == 0) {
            throw new DataException("no document has the " + lengths.window() + " tokens of a window, the longest has "
                    + longest + "; use longer documents or shorter lengths of a, b, c and d");
        }
    }

    @Override
    public EncodedExample example(long step, int slot) {
        long ticket = new CounterRandom(seed, step, slot).nextLong(cumulative[cumulative.length - 1]);
        int found = Arrays.binarySearch(cumulative, ticket + 1);
        int document = found >= 0 ? first(found) : -found - 1;
        int begin = (int) (ticket - (document == 0 ? 0 : cumulative[document - 1]));
        int b = begin + lengths.a();
        int c = b + lengths.b();
        int d = c + lengths.c();
        long[] before = corpus.get(document, begin, b);
        long[] after = corpus.get(document, d, d + lengths.d());
        long[] hyper = Arrays.copyOf(before, before.length + 1 + after.length);
        hyper[before.length] = Tokenizer.EOS;
        System.arraycopy(after, 0, hyper, before.length + 1, after.length);
        return new EncodedExample(0, hyper, corpus.get(document, b, c), corpus.get(document, c, d));
    }

    @Override
    public int padToMultipleOf() {
        return padToMultipleOf;
    }

    /** Of several equal sums the first: those after it are of documents without a window. */
    private int first(int found) {
        int first = found;
        while (first > 0 && cumulative[first - 1] == cumulative[found]) {
            first--;
        }
        return first;
    }
}
