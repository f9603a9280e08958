package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** What becomes of the losses of single elements ({@code reduction=} in PyTorch). */
public enum Reduction {
    /** Nothing: they are returned. */
    NONE,
    /** Their mean. */
    MEAN,
    /** Their sum. */
    SUM;

    /** libtorch's number for it. */
    long code() {
        return ordinal();
    }

    /** Reduces losses that are there one by one. */
    Tensor of(Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
        };
    }
}
