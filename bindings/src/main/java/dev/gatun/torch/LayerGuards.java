package dev.gatun.torch;

import static dev.gatun.torch.Guards.alike;
import static dev.gatun.torch.Guards.plain;
import static dev.gatun.torch.Guards.refused;
import static dev.gatun.torch.Guards.sameLength;
import static dev.gatun.torch.Guards.tensors;

import java.util.Arrays;

/** The {@link Guards} of what neural networks are made of: statistics, optimizers, losses, and indices into rows. */
final class LayerGuards {
    private LayerGuards() {}

    /** Statistics and weights have one element a channel, which is dimension 1 of {@code input}. */
    static void channels(String op, Tensor input, Tensor... each) {
        plain(op, input, each);
        if (input == null) {
            return;
        }
        if (input.dim() < 2) {
            throw refused(op, "an input with a batch and a channel dimension", input);
        }
        for (Tensor tensor : each) {
            if (tensor != null && (tensor.dim() != 1 || tensor.numel() != input.size(1))) {
                throw refused(op, "one element for each of the " + input.size(1) + " channels", tensor);
            }
        }
    }

    /** Lists that a fused optimizer walks side by side: tensors of the same place are alike and of one size. */
    static void optimizer(String op, Tensor[]... lists) {
        sameLength(op, lists);
        for (int i = 0; lists[0] != null && i < lists[0].length; i++) {
            TensorInfo first = null;
            for (Tensor[] list : lists) {
                if (list != null && list[i] != null) {
                    // Asked for once: a model has hundreds of parameters, and each question is a call.
                    TensorInfo info = list[i].info();
                    first = first == null ? info : first;
                    like(op, first, info, list[i]);
                }
            }
        }
    }

    private static void like(String op, TensorInfo first, TensorInfo info, Tensor tensor) {
        if (!info.strided() || info.dtype().isQuantized()) {
            throw refused(op, "strided tensors without quantization", tensor);
        }
        if (!info.device().equals(first.device())) {
            throw refused(op, "all tensors on " + first.device(), tensor);
        }
        if (info.dtype() != first.dtype()) {
            throw refused(op, "tensors of one dtype, " + first.dtype(), tensor);
        }
        if (!Arrays.equals(info.sizes(), first.sizes())) {
            throw refused(op, "tensors of the shape " + Arrays.toString(first.sizes()), tensor);
        }
    }

    /** One number of steps for each parameter. */
    static void steps(String op, Tensor[] self, Tensor[] steps) {
        sameLength(op, self, steps);
        Device device = null;
        for (Tensor step : tensors((Object) steps)) {
            TensorInfo info = step.info();
            if (!info.strided() || info.numel() != 1 || info.dtype() != DType.FLOAT32) {
                throw refused(op, "a float32 tensor of one element for a number of steps", step);
            }
            if (device != null && !device.equals(info.device())) {
                throw refused(op, "all tensors on " + device, step);
            }
            device = info.device();
        }
    }

    /** A list that may be empty when {@code needed} is not true or 0. */
    static void optimizerIf(String op, Object needed, Tensor[] self, Tensor[] list) {
        boolean isNeeded = needed instanceof Boolean b ? b : ((Double) needed) != 0;
        if (isNeeded || list != null && list.length > 0) {
            optimizer(op, self, list);
        }
    }

    /** Indices from 0 to below {@code limit}. */
    static void indices(String op, Tensor indices, long limit) {
        if (indices == null) {
            return;
        }
        plain(op, indices);
        if (indices.dtype() != DType.INT64 && indices.dtype() != DType.INT32) {
            throw refused(op, "int64 or int32 indices", indices);
        }
        if (indices.device().type() == Device.Type.CPU && indices.numel() > 0) {
            try (Scope _ = Scope.open()) {
                long least = indices.min().item().longValue();
                long greatest = indices.max().item().longValue();
                if (least < 0 || greatest >= limit) {
                    throw refused(op, "indices from 0 to " + (limit - 1), least + " to " + greatest);
                }
            }
        }
    }

    /** Numbers that do not decrease, from 0 to at most {@code limit}. */
    static void offsets(String op, Tensor offsets, long limit) {
        indices(op, offsets, limit == Long.MAX_VALUE ? limit : limit + 1);
        if (offsets != null && offsets.dim() != 1) {
            throw refused(op, "offsets of one dimension", offsets);
        }
        if (offsets != null && offsets.device().type() == Device.Type.CPU && offsets.numel() > 1) {
            try (Scope _ = Scope.open()) {
                if (offsets.diff().lt(0).any().item().booleanValue()) {
                    throw refused(op, "offsets that do not decrease", offsets.toString());
                }
            }
        }
    }

    /** Rows and columns, for example a weight with a row for each output and a column for each input. */
    static void matrix(String op, Tensor tensor) {
        if (tensor != null && tensor.dim() != 2) {
            throw refused(op, "a tensor of two dimensions", tensor);
        }
    }

    /** Bags of indices into the rows of {@code weight}. */
    static void bags(String op, Tensor weight, Tensor indices, Tensor offsets, boolean isLastGiven) {
        plain(op, weight, indices, offsets);
        if (weight == null || indices == null || offsets == null) {
            return;
        }
        matrix(op, weight);
        if (offsets.numel() == 0 && indices.numel() > 0) {
            throw refused(op, "an offset where the first bag begins", offsets);
        }
        if (indices.dim() != 1) {
            throw refused(op, "indices of one dimension", indices);
        }
        indices(op, indices, weight.size(0));
        offsets(op, offsets, indices.numel());
        if (isLastGiven && offsets.numel() > 0 && offsets.device().type() == Device.Type.CPU) {
            try (Scope _ = Scope.open()) {
                long last = offsets.select(0, -1).item().longValue();
                if (last != indices.numel()) {
                    throw refused(op, "a last offset of " + indices.numel() + ", the number of indices", last);
                }
            }
        }
    }

    /** Nothing is divided by the size of nothing; plain tensors without elements are no fault. */
    static void normalized(String op, Tensor input, long[] shape) {
        for (int i = 0; shape != null && i < shape.length; i++) {
            if (shape[i] == 0) {
                plain(op, input);
            }
        }
    }

    /** One number, or without a reduction one for each target. */
    static void gradient(String op, Tensor gradient, Tensor target, long reduction) {
        plain(op, gradient, target);
        if (gradient == null || target == null) {
            return;
        }
        long needed = reduction == 0 && gradient.dim() > 0 ? target.numel() : 1;
        if (gradient.numel() < needed) {
            throw refused(op, "a gradient of " + needed + " elements", gradient);
        }
    }

    /** Without training, a normalization takes the running statistics. */
    static void statistics(String op, boolean training, Tensor... statistics) {
        if (!training && (statistics.length < 2 || statistics[0] == null || statistics[1] == null)) {
            throw refused(op, "running statistics, or training", "neither");
        }
    }

    /** Classes that {@code logProbabilities}, times, batch and classes, has. */
    static void targets(String op, Tensor logProbabilities, Tensor targets) {
        if (logProbabilities != null && logProbabilities.dim() > 0) {
            indices(op, targets, logProbabilities.size(-1));
        }
    }

    /** Rows, counted from 1 (from -1 down for two-by-two blocks), that the factors have. */
    static void pivots(String op, Tensor factors, Tensor pivots) {
        if (factors != null && factors.dim() > 1 && pivots != null && pivots.dtype() == DType.INT32) {
            try (Scope _ = Scope.open()) {
                Tensor rows = pivots.to(DType.INT64).abs().sub(Scalar.of(1));
                indices(op, rows, factors.size(-1));
            }
        }
    }

    /** A pivot for each row or column, whichever are fewer, of each matrix, if they are read. */
    static void allPivots(String op, Tensor factors, Tensor pivots, boolean isRead) {
        if (!isRead || factors == null || pivots == null || factors.dim() < 2) {
            return;
        }
        long[] shape = factors.shape();
        long[] expected = Arrays.copyOf(shape, shape.length - 1);
        expected[shape.length - 2] = Math.min(shape[shape.length - 2], shape[shape.length - 1]);
        if (!Arrays.equals(expected, pivots.shape())) {
            throw refused(op, "pivots of the shape " + Arrays.toString(expected), pivots);
        }
    }

    /** One norm for each slice of {@code v} along its first or last dimension. */
    static void norms(String op, Tensor v, Tensor g, long dim) {
        plain(op, v, g);
        if (v == null || g == null) {
            return;
        }
        if (v.dim() == 0 || v.numel() == 0 || dim != 0 && dim != v.dim() - 1) {
            throw refused(op, "a tensor with elements, and its first or last dimension", v);
        }
        if (g.numel() != v.size((int) dim)) {
            throw refused(op, v.size((int) dim) + " norms", g);
        }
    }

    /** Segments between offsets, which lie along the last dimension of {@code offsets}, that {@code data} has. */
    static void segments(String op, Tensor data, Tensor lengths, Tensor offsets) {
        plain(op, data, lengths, offsets);
        for (Tensor ends : tensors(lengths, offsets)) {
            int axis = ends.dim() - 1;
            if (data == null || axis < 0 || data.dim() <= axis) {
                throw refused(op, "data of as many dimensions as its segments have, at least one", ends);
            }
            for (int i = 0; i < axis; i++) {
                if (ends.size(i) != data.size(i)) {
                    throw refused(op, "segments for the batch of " + data.describe(), ends);
                }
            }
            indices(op, ends, data.size(axis) + 1);
            if (ends == offsets && ends.numel() > 1) {
                try (Scope _ = Scope.open()) {
                    if (ends.diff(1, axis).lt(0).any().item().booleanValue()) {
                        throw refused(op, "offsets that do not decrease", ends.toString());
                    }
                }
            }
        }
    }

    /** A row of coefficients for each result, a column for each part of {@code input}. */
    static void combination(String op, Tensor input, Tensor coefficients, Tensor... out) {
        alike(op, input, coefficients, out);
        if (input == null || coefficients == null) {
            return;
        }
        if (coefficients.dim() != 2 || input.dim() < 1 || coefficients.size(1) != input.size(0)) {
            throw refused(op, "coefficients with a column for each part of " + input.describe(), coefficients);
        }
        long[] shape = input.shape();
        shape[0] = coefficients.size(0);
        for (Tensor result : tensors((Object) out)) {
            if (!Arrays.equals(shape, result.shape())) {
                throw refused(op, "a result of the shape " + Arrays.toString(shape), result);
            }
        }
    }

    /** A gradient for each place that {@code grid} names. */
    static void sampled(String op, Tensor gradient, Tensor input, Tensor grid) {
        plain(op, gradient, input, grid);
        if (gradient == null || input == null || grid == null) {
            return;
        }
        long[] shape = grid.shape();
        if (shape.length < 4 || input.dim() != shape.length || input.size(0) != shape[0]) {
            throw refused(op, "a grid for " + input.describe(), grid);
        }
        long[] expected = new long[shape.length];
        expected[0] = shape[0];
        expected[1] = input.size(1);
        System.arraycopy(shape, 1, expected, 2, shape.length - 2);
        if (!Arrays.equals(expected, gradient.shape())) {
            throw refused(op, "a gradient of the shape " + Arrays.toString(expected), gradient);
        }
    }

    /** A weight of channels by channels by what {@code kernel} says. */
    static void kernel(String op, Tensor self, Tensor weight, long[] kernel) {
        plain(op, self, weight);
        if (weight == null || kernel == null) {
            return;
        }
        long[] shape = weight.shape();
        if (shape.length != kernel.length + 2 || !Arrays.equals(shape, 2, shape.length, kernel, 0, kernel.length)) {
            throw refused(op, "a weight whose last sizes are " + Arrays.toString(kernel), weight);
        }
    }

    /** A gradient of the shape that unfolding gave. */
    static void unfolded(String op, Tensor gradient, long[] sizes, long dim, long size, long step) {
        plain(op, gradient);
        if (gradient == null || sizes == null) {
            return;
        }
        long at = dim < 0 ? dim + sizes.length : dim;
        NumberGuards.between(op, 0, sizes.length - 1L, at);
        NumberGuards.between(op, 1, Long.MAX_VALUE, step);
        NumberGuards.between(op, 0, sizes[(int) at], size);
        long[] expected = Arrays.copyOf(sizes, sizes.length + 1);
        expected[(int) at] = (sizes[(int) at] - size) / step + 1;
        expected[sizes.length] = size;
        if (!Arrays.equals(expected, gradient.shape())) {
            throw refused(op, "a gradient of the shape " + Arrays.toString(expected), gradient);
        }
    }

    /** A gradient with the batch and the dimensions of what it is the gradient for. */
    static void batch(String op, Tensor gradient, Tensor input) {
        if (gradient == null || input == null) {
            return;
        }
        long[] shape = input.shape();
        if (gradient.dim() != shape.length || shape.length > 0 && gradient.size(0) != shape[0]) {
            throw refused(op, "a gradient with the batch and dimensions of " + input.describe(), gradient);
        }
    }
}
