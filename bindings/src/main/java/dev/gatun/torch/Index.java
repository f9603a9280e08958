package dev.gatun.torch;

/**
 * Stands for what is between two commas of {@code x[...]} in Python, in {@link Tensor#get(Index...)} and
 * {@link Tensor#set(Tensor, Index...)}.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="index"}
 *
 * <p>Integers, slices, the ellipsis and new axes make views; tensors, lists and booleans make copies. A position keeps
 * a tensor that it is made of, and does not own it.
 */
public sealed interface Index {
    /** As many whole dimensions as the other positions leave ({@code ...}); once in an expression. */
    Index ELLIPSIS = Mark.ELLIPSIS;

    /** A new dimension of size 1 ({@code None}). */
    Index NEW_AXIS = Mark.NEW_AXIS;

    /** A whole dimension ({@code :}). */
    Index ALL = new Slice(null, null, 1);

    /** The element at {@code position}, from the end when negative; the dimension disappears. */
    static Index of(long position) {
        return new At(position);
    }

    /** A new dimension, of size 1 for true and of size 0 for false, by advanced indexing: the result is a copy. */
    static Index of(boolean value) {
        return new Flag(value);
    }

    /**
     * The elements at the positions in {@code tensor} (int64, int32; any shape), or where it is true (bool, or uint8 as in
     * PyTorch; a mask with n dimensions stands for n dimensions). Advanced indexing: the result is a copy, except that one
     * integer without dimensions is the same as {@link #of(long)}.
     */
    static Index of(Tensor tensor) {
        return new Many(NullArgument.refuse(tensor, "tensor"));
    }

    /** The elements at {@code positions}, in this order ({@code [2, 0]}); advanced indexing, so the result is a copy. */
    static Index list(long... positions) {
        return new Listed(NullArgument.refuse(positions, "positions").clone());
    }

    /** From {@code start} to before {@code stop} ({@code start:stop}); negative counts from the end. */
    static Index slice(long start, long stop) {
        return slice(start, stop, 1);
    }

    /**
     * Every {@code step}-th from {@code start} to before {@code stop} ({@code start:stop:step}); null for an end that is
     * left out.
     *
     * @throws IllegalArgumentException if the step is not positive
     */
    static Index slice(Long start, Long stop, long step) {
        return new Slice(start, stop, step);
    }

    /** {@link #slice(Long, Long, long)} with both ends given. */
    static Index slice(long start, long stop, long step) {
        return new Slice(start, stop, step);
    }

    /** From {@code start} on ({@code start:}). */
    static Index from(long start) {
        return new Slice(start, null, 1);
    }

    /** All before {@code stop} ({@code :stop}). */
    static Index upTo(long stop) {
        return new Slice(null, stop, 1);
    }

    /** Every {@code step}-th of a dimension ({@code ::step}). */
    static Index every(long step) {
        return new Slice(null, null, step);
    }

    /** The two positions that take no element. */
    enum Mark implements Index {
        /** {@link Index#ELLIPSIS}. */
        ELLIPSIS,
        /** {@link Index#NEW_AXIS}. */
        NEW_AXIS
    }

    /** One position. */
    record At(long position) implements Index {}

    /** Positions or a mask in a tensor. */
    record Many(Tensor tensor) implements Index {}

    /** Positions in a Java array. */
    record Listed(long[] positions) implements Index {}

    /** True or false. */
    record Flag(boolean value) implements Index {}

    /** A stretch; null ends are left out. */
    record Slice(Long start, Long stop, long step) implements Index {
        /** Refuses a step that is not positive. */
        public Slice {
            if (step <= 0) {
                throw new IllegalArgumentException(
                        "the step of a slice must be positive, not " + step + ": flip() reverses a dimension");
            }
        }
    }
}
