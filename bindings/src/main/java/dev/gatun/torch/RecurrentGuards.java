package dev.gatun.torch;

import static dev.gatun.torch.Guards.plain;
import static dev.gatun.torch.Guards.refused;
import static dev.gatun.torch.Guards.tensors;
import static dev.gatun.torch.LayerGuards.indices;

import java.util.Arrays;
import java.util.List;

/** The {@link Guards} of recurrent layers, whose kernels take states and weights apart by sizes of other arguments. */
final class RecurrentGuards {
    private RecurrentGuards() {}

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

    /** A padded batch: sequences and states of one batch, and weights as many and as large as they say. */
    static void layers(
            String op,
            Tensor input,
            Object hx,
            Tensor[] params,
            boolean hasBiases,
            long layers,
            boolean bidirectional,
            boolean batchFirst) {
        if (input != null) {
            plain(op, input);
            if (input.dim() != 3) {
                throw refused(op, "an input of three dimensions", input);
            }
            weights(op, input.size(2), input.size(batchFirst ? 0 : 1), hx, params, hasBiases, layers, bidirectional);
        }
    }

    /** A packed batch: its first step has a row for each sequence. */
    static void packedLayers(
            String op,
            Tensor data,
            Tensor sizes,
            Object hx,
            Tensor[] params,
            boolean hasBiases,
            long layers,
            boolean bidirectional) {
        packed(op, data, sizes);
        if (data != null && sizes != null) {
            if (data.dim() != 2) {
                throw refused(op, "packed data of two dimensions", data);
            }
            long batch;
            try (Scope _ = Scope.open()) {
                batch = sizes.select(0, 0).item().longValue();
            }
            weights(op, data.size(1), batch, hx, params, hasBiases, layers, bidirectional);
        }
    }

    private static void weights(
            String op,
            long features,
            long batch,
            Object hx,
            Tensor[] params,
            boolean hasBiases,
            long layers,
            boolean bidirectional) {
        if (params == null || hx == null) {
            return;
        }
        boolean isLstm = op.contains("lstm");
        List<Tensor> states = tensors(hx);
        plain(op, states.toArray(Tensor[]::new), params);
        for (Tensor state : states) {
            if (state.dim() != 3) {
                throw refused(op, "a state of three dimensions", state);
            }
        }
        int directions = bidirectional ? 2 : 1;
        int each = (hasBiases ? 4 : 2) + (isLstm && states.size() == 2 && isProjected(states) ? 1 : 0);
        NumberGuards.between(op, 1, 1 << 16, layers);
        long cells = layers * directions;
        if (states.size() != (isLstm ? 2 : 1)
                || params.length != cells * each
                || tensors((Object) params).size() != params.length) {
            throw refused(
                    op,
                    (isLstm ? "two states" : "a state") + " and " + cells * each + " weights",
                    states.size() + " and " + params.length);
        }
        long output = states.getFirst().size(-1);
        long hidden = states.getLast().size(-1);
        for (Tensor state : states) {
            long[] expected = {cells, batch, state == states.getFirst() ? output : hidden};
            shape(op, "a state", state, expected);
        }
        long rows = hidden * (isLstm ? 4 : op.contains("gru") ? 3 : 1);
        for (int i = 0; i < params.length; i++) {
            long inputs = i / each < directions ? features : output * directions;
            long[] expected = switch (i % each) {
                case 0 -> new long[] {rows, inputs};
                case 1 -> new long[] {rows, output};
                case 2, 3 -> hasBiases ? new long[] {rows} : new long[] {output, hidden};
                default -> new long[] {output, hidden};
            };
            shape(op, "weights", params[i], expected);
        }
    }

    private static boolean isProjected(List<Tensor> states) {
        return states.getFirst().size(-1) != states.getLast().size(-1);
    }

    private static void shape(String op, String what, Tensor tensor, long[] expected) {
        if (!Arrays.equals(expected, tensor.shape())) {
            throw refused(op, what + " of the shape " + Arrays.toString(expected), tensor);
        }
    }
}
