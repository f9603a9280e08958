package dev.gatun.nn.generation;

import dev.gatun.torch.Tensor;

/**
 * A model that continues rows of tokens and remembers what it was fed. Legend: R rows, V vocabulary.
 *
 * <p>A decoder begins with one row for each input; {@link #select} may make them more or fewer.
 */
public interface TokenDecoder {
    /** Feeds one token to each row, int64 [R, 1] on any device: the logits [R, V] after it, new. */
    Tensor step(Tensor tokens);

    /**
     * Goes on with these rows of the last step, in this order: some left out (they have ended), some repeated (they are
     * beams of one input, or samples of it).
     *
     * @throws IndexOutOfBoundsException if a row does not exist
     * @throws IllegalArgumentException if no row is left
     * @throws IllegalStateException before the first step
     */
    void select(int[] rows);
}
