package dev.gatun.torch;

import static dev.gatun.torch.Guards.alike;
import static dev.gatun.torch.Guards.plain;
import static dev.gatun.torch.Guards.refused;
import static dev.gatun.torch.Guards.sameLength;
import static dev.gatun.torch.Guards.sameShape;
import static dev.gatun.torch.Guards.tensors;

import java.util.List;

/** The {@link Guards} of what neural networks are made of: statistics, optimizers, recurrences, and indices into rows. */
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
            for (Tensor[] list : lists) {
                if (list != null) {
                    alike(op, lists[0][i], list[i]);
                    sameShape(op, lists[0][i], list[i]);
                }
            }
        }
    }

    /** One number of steps for each parameter. */
    static void steps(String op, Tensor[] self, Tensor[] steps) {
        sameLength(op, self, steps);
        for (Tensor step : tensors((Object) steps)) {
            plain(op, step);
            if (step.numel() != 1 || step.dtype() != DType.FLOAT32) {
                throw refused(op, "a float32 tensor of one element for a number of steps", step);
            }
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

    /** A weight with a row for each output and a column for each input. */
    static void matrix(String op, Tensor weight) {
        if (weight != null && weight.dim() != 2) {
            throw refused(op, "a weight of two dimensions", weight);
        }
    }

    /** Bags of indices into the rows of {@code weight}. */
    static void bags(String op, Tensor weight, Tensor indices, Tensor offsets) {
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
    }

    /** The matrices of a recurrent cell have {@code gates} rows for each element of the state. */
    static void cell(String op, Object hx, Tensor... weights) {
        List<Tensor> states = tensors(hx);
        plain(op, states.toArray(Tensor[]::new), weights);
        int gates = op.contains("lstm") ? 4 : op.contains("gru") ? 3 : 1;
        for (Tensor state : states) {
            if (state.dim() < 1) {
                throw refused(op, "a hidden state with dimensions", state);
            }
        }
        for (Tensor weight : tensors((Object) weights)) {
            if (isProjection(weight, states)) {
                continue;
            }
            if (weight.dim() < 1 || weight.dim() > 2 || weight.size(0) % gates != 0 || weight.size(0) == 0) {
                throw refused(op, "weights with " + gates + " rows for each element of the hidden state", weight);
            }
        }
    }

    /** Whether it maps an LSTM's state to a smaller output: [size of h, size of c]. */
    private static boolean isProjection(Tensor weight, List<Tensor> states) {
        return states.size() == 2
                && weight.dim() == 2
                && states.get(0).size(-1) < states.get(1).size(-1)
                && weight.size(0) == states.get(0).size(-1)
                && weight.size(1) == states.get(1).size(-1);
    }

    /** How many sequences of a packed batch go on at each step: positive, not increasing, as many as there are rows. */
    static void packed(String op, Tensor data, Tensor sizes) {
        plain(op, data);
        if (data == null || sizes == null) {
            return;
        }
        indices(op, sizes, Long.MAX_VALUE);
        if (sizes.dim() != 1 || sizes.numel() == 0 || sizes.dtype() != DType.INT64 || data.dim() < 1) {
            throw refused(op, "int64 batch sizes of one dimension, and data with one", sizes);
        }
        try (Scope _ = Scope.open()) {
            if (sizes.sum().item().longValue() != data.size(0)
                    || sizes.min().item().longValue() < 1
                    || sizes.numel() > 1 && sizes.diff().gt(0).any().item().booleanValue()) {
                throw refused(op, "batch sizes that do not increase and add up to " + data.size(0), sizes.toString());
            }
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
}
