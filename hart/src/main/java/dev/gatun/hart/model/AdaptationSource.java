package dev.gatun.hart.model;

import dev.gatun.torch.Tensor;

/** What turns demonstrations into an adaptation: a {@link Hypernetwork} or {@link Hint}. Legend: B tasks, S tokens. */
public interface AdaptationSource {
    /**
     * Writes the adaptation of B tasks.
     *
     * @param ids demonstrations [B, S], int64
     * @param mask 1 where they are real, [B, S]
     * @return new tensors in the caller's scope, recorded for the backward pass
     */
    Adaptation forward(Tensor ids, Tensor mask);
}
