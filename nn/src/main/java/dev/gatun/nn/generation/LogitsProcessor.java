package dev.gatun.nn.generation;

import dev.gatun.torch.Tensor;

/**
 * Changes the next token's logits before one is chosen ({@code transformers.LogitsProcessor}). {@link LogitsProcessors} has
 * the usual ones; processors are applied one after the other. Legend: R rows, V vocabulary.
 */
@FunctionalInterface
public interface LogitsProcessor {
    /**
     * The logits to choose from, [R, V]: new, or {@code logits} itself changed or not.
     *
     * @param tokens for each row all its tokens so far, the start token first: not to be changed
     * @param logits float32 or float64 [R, V]; log-probabilities in beam search
     */
    Tensor process(long[][] tokens, Tensor logits);
}
