package dev.gatun.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads and writes {@code x[...]} by PyTorch's rules. Integers, slices, the ellipsis and new axes are applied one after
 * another as views. Tensors, lists and booleans are noted with the dimension of the view that they select from, and
 * {@code aten::index} takes them all together; it puts their dimensions in front unless they stand side by side.
 */
final class Indexing {
    private final long[] shape;
    private final int ellipsis;
    private Tensor view;
    /** The dimension of the view, and that of the tensor, which the next position is about. */
    private int viewDim;

    private int dim;
    /** For each dimension of the view up to here, what selects from it, or null; a mask has one entry. */
    private final List<Tensor> selectors = new ArrayList<>();

    private Indexing(Tensor tensor, Index[] positions) {
        this.shape = tensor.shape();
        this.view = tensor;
        int taken = 0;
        int ellipses = 0;
        for (Index position : NullArgument.refuse(positions, "index")) {
            if (position == null) {
                throw new NullPointerException("a position of the index is null: a new axis is Index.NEW_AXIS");
            }
            taken += dimensions(position);
            ellipses += position == Index.ELLIPSIS ? 1 : 0;
        }
        if (taken > shape.length) {
            throw new IndexOutOfBoundsException("too many indices: " + taken + " for a tensor of shape "
                    + Arrays.toString(shape) + ", which has " + shape.length + " dimensions");
        }
        if (ellipses > 1) {
            throw new IllegalArgumentException("an index can have only one ellipsis");
        }
        this.ellipsis = shape.length - taken;
        for (Index position : positions) {
            apply(position);
        }
        while (!selectors.isEmpty() && selectors.getLast() == null) {
            selectors.removeLast();
        }
    }

    /** {@code tensor[positions]}, in the current scope: a view when no tensor, list or boolean is among them. */
    static Tensor get(Tensor tensor, Index... positions) {
        try (Scope scope = Scope.open()) {
            Indexing indexing = new Indexing(tensor, positions);
            Tensor result = indexing.selectors.isEmpty()
                    ? indexing.view == tensor ? tensor.view_as(tensor) : indexing.view
                    : indexing.view.index(indexing.selectors.toArray(Tensor[]::new));
            return scope.promote(result);
        }
    }

    /** {@code tensor[positions] = value}. */
    static void set(Tensor tensor, Tensor value, Index... positions) {
        try (Scope _ = Scope.open()) {
            Indexing indexing = new Indexing(tensor, positions);
            Tensor fitting = withoutLeadingOnes(value);
            if (indexing.selectors.isEmpty()) {
                indexing.view.copy_(fitting);
            } else {
                indexing.view.index_put_(indexing.selectors.toArray(Tensor[]::new), fitting);
            }
        }
    }

    /** {@code tensor[positions] = value}; the value is first converted to the tensor's type. */
    static void set(Tensor tensor, Scalar value, Index... positions) {
        try (Scope _ = Scope.open()) {
            set(tensor, Torch.scalar_tensor(value, TensorOptions.of(tensor.dtype(), tensor.device())), positions);
        }
    }

    static Index[] of(long... positions) {
        return Arrays.stream(NullArgument.refuse(positions, "positions"))
                .mapToObj(Index::of)
                .toArray(Index[]::new);
    }

    private static Tensor withoutLeadingOnes(Tensor value) {
        long[] sizes = NullArgument.refuse(value, "value").shape();
        int ones = 0;
        while (ones < sizes.length && sizes[ones] == 1) {
            ones++;
        }
        return ones == 0 ? value : value.view(Arrays.copyOfRange(sizes, ones, sizes.length));
    }

    private static boolean isMask(Tensor tensor) {
        return tensor.dtype() == DType.BOOL || tensor.dtype() == DType.UINT8;
    }

    /** How many of the tensor's dimensions a position is about. */
    private static int dimensions(Index position) {
        return switch (position) {
            case Index.Mark _, Index.Flag _ -> 0;
            case Index.Many many when isMask(many.tensor()) -> many.tensor().dim();
            default -> 1;
        };
    }

    private void apply(Index position) {
        switch (position) {
            case Index.At at -> select(at.position());
            case Index.Slice slice -> slice(slice);
            case Index.Mark mark -> pass(mark);
            case Index.Flag flag -> flag(flag.value());
            case Index.Many many -> tensor(many.tensor());
            case Index.Listed listed -> selectFrom(Tensor.of(listed.positions()));
        }
    }

    private void select(long position) {
        long size = shape[dim];
        if (position >= size || position < -size) {
            throw new IndexOutOfBoundsException(
                    "index " + position + " is out of bounds for dimension " + dim + " with size " + size);
        }
        view = view.select(viewDim, position);
        dim++;
    }

    private void slice(Index.Slice slice) {
        if (slice != Index.ALL) {
            view = view.slice(viewDim, slice.start(), slice.stop(), slice.step());
        }
        skip(1);
        dim++;
    }

    private void pass(Index.Mark mark) {
        if (mark == Index.Mark.NEW_AXIS) {
            view = view.unsqueeze(viewDim);
            skip(1);
        } else {
            skip(ellipsis);
            dim += ellipsis;
        }
    }

    /** Goes past dimensions of the view from which nothing selects. */
    private void skip(int dimensions) {
        for (int i = 0; i < dimensions; i++) {
            selectors.add(null);
        }
        viewDim += dimensions;
    }

    private void flag(boolean value) {
        view = view.unsqueeze(viewDim);
        selectors.add(Tensor.of(new long[value ? 1 : 0]).to(view.device()));
        viewDim++;
    }

    private void tensor(Tensor tensor) {
        DType dtype = tensor.dtype();
        boolean number = tensor.dim() == 0 && !dtype.isFloatingPoint() && !dtype.isComplex();
        if (number && isMask(tensor)) {
            flag(tensor.item().booleanValue());
        } else if (number) {
            select(tensor.item().longValue());
        } else {
            selectFrom(tensor);
        }
    }

    private void selectFrom(Tensor tensor) {
        selectors.add(tensor);
        int dimensions = isMask(tensor) ? tensor.dim() : 1;
        viewDim += dimensions;
        dim += dimensions;
    }
}
