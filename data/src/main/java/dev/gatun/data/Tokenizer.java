package dev.gatun.data;

import java.util.Arrays;

/**
 * Turns text into token ids and back.
 *
 * <p>The ids follow T5: 0 pads (and starts the decoder), 1 ends a sequence, 2 stands for what the vocabulary lacks.
 * Implementations in this package may be used by several threads at once.
 */
public interface Tokenizer {
    /** The id that pads, and that T5's decoder starts with. */
    long PAD = 0;

    /** The id that ends every source and every target. */
    long EOS = 1;

    /** The id of everything that the vocabulary lacks. */
    long UNK = 2;

    /**
     * Encodes a text without adding an end-of-sequence id.
     *
     * @param text any text; may be empty
     * @return a new array of ids in [0, {@link #vocabSize()}), empty for an empty text
     */
    long[] encode(String text);

    /**
     * Decodes ids, leaving out the special ones (padding, end of sequence, unknown, sentinels) as Hugging Face's
     * {@code skip_special_tokens=True} does; unlike Hugging Face's slow tokenizers it never removes blanks before
     * punctuation.
     *
     * @param ids ids as a model may produce them; ids at or above {@link #vocabSize()} have no piece and are left out
     * @return the text
     * @throws IllegalArgumentException if an id is negative (-100 marks padding of labels: replace it by {@link #PAD} first)
     */
    String decode(long[] ids);

    /**
     * Returns the number of ids that this tokenizer knows.
     *
     * @return the number of ids; a model's embedding may have more rows (T5: 32,100 ids, 32,128 rows)
     */
    int vocabSize();

    /**
     * Tells this tokenizer from every other that may give other ids, as {@link TokenCache} needs it.
     *
     * @return a text that is the same in every process for the same vocabulary, such as a hash of the model file
     * @throws UnsupportedOperationException if the implementation does not say
     */
    default String fingerprint() {
        throw new UnsupportedOperationException(getClass().getName()
                + " has no fingerprint, so what it encodes cannot be cached; override Tokenizer.fingerprint");
    }

    /**
     * Encodes a text and ends it with {@link #EOS}, cutting the text's ids on the right so that the whole fits.
     *
     * @param text any text
     * @param maxLength the greatest length of the result, at least 1, {@link #EOS} included
     * @return a new array of 1 to {@code maxLength} ids whose last is {@link #EOS}
     * @throws IllegalArgumentException if {@code maxLength} is less than 1
     */
    default long[] encodeWithEos(String text, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be at least 1, got " + maxLength);
        }
        long[] ids = encode(text);
        int kept = Math.min(ids.length, maxLength - 1);
        long[] result = Arrays.copyOf(ids, kept + 1);
        result[kept] = EOS;
        return result;
    }
}
