package dev.gatun.data.text;

import dev.gatun.data.DataException;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.ExampleSource;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.internal.CounterRandom;
import java.util.stream.IntStream;

/**
 * Batches of HINT's pre-training: up to 512 tokens of a document are split at two random points; the hypernetwork reads the first
 * part, the main model the second, and predicts the rest (specification §7). A pure function of (seed, step, slot).
 *
 * <p>Of n tokens the points are s1 in [1, n - 2) and s2 in [s1, n - 2), uniform; the second part is a lone
 * {@link Tokenizer#EOS} where they are equal. Every document of at least four tokens is equally probable, and of a longer one every
 * window. The rest ends in {@link Tokenizer#EOS} only where the document does. The task index of every row is 0.
 */
public final class HintBatches implements ExampleSource {
    /** HINT's length of a window. */
    public static final int LENGTH = 512;

    private static final int SHORTEST = 4;

    private final TextCorpus corpus;
    private final long seed;
    private final int length;
    private final int padToMultipleOf;
    private final int[] documents;

    /**
     * Makes the batches of a run.
     *
     * @param corpus the documents, which stay the caller's
     * @param seed the run's data seed
     * @param length the greatest number of tokens of a window, at least 4, such as {@link #LENGTH}
     * @param padToMultipleOf widths of batches are rounded up to a multiple of this, at least 1
     * @throws DataException if no document has four tokens
     */
    public HintBatches(TextCorpus corpus, long seed, int length, int padToMultipleOf) {
        if (length < SHORTEST) {
            throw new IllegalArgumentException("a window that is split in three has at least 4 tokens, got " + length);
        }
        this.corpus = corpus;
        this.seed = seed;
        this.length = length;
        this.padToMultipleOf = padToMultipleOf;
        this.documents = IntStream.range(0, corpus.documents())
                .filter(document -> corpus.length(document) >= SHORTEST)
                .toArray();
        if (documents.length == 0) {
            throw new DataException("no document has the 4 tokens that can be split in three; use longer documents");
        }
    }

    @Override
    public EncodedExample example(long step, int slot) {
        CounterRandom random = new CounterRandom(seed, step, slot);
        int document = documents[random.nextInt(documents.length)];
        int n = Math.min(length, corpus.length(document));
        int begin = random.nextInt(corpus.length(document) - n + 1);
        int s1 = 1 + random.nextInt(n - 3);
        int s2 = s1 + random.nextInt(n - 2 - s1);
        long[] middle = s1 == s2 ? new long[] {Tokenizer.EOS} : corpus.get(document, begin + s1, begin + s2);
        return new EncodedExample(
                0, corpus.get(document, begin, begin + s1), middle, corpus.get(document, begin + s2, begin + n));
    }

    @Override
    public int padToMultipleOf() {
        return padToMultipleOf;
    }
}
