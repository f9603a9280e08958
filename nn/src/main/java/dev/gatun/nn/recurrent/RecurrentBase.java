package dev.gatun.nn.recurrent;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Init;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the recurrent layers share: their parameters, named, shaped and ordered as in PyTorch, from U(-1/√H, 1/√H).
 * Legend: B batch, T positions, I input size, H hidden size, P projected size or H, N layers times directions.
 */
abstract class RecurrentBase extends Module {
    final RecurrentOptions recurrent;
    private final long inputSize;
    private final long hiddenSize;
    private final long projected;
    private final List<Parameter> weights = new ArrayList<>();

    /** {@code gates} is how many rows of H a weight has; {@code projSize} 0 means no projection. */
    RecurrentBase(
            int gates,
            long inputSize,
            long hiddenSize,
            long projSize,
            RecurrentOptions recurrent,
            TensorOptions options) {
        if (recurrent.numLayers() < 1 || hiddenSize < 1 || projSize < 0 || projSize >= hiddenSize) {
            throw new IllegalArgumentException("a recurrent layer has at least 1 layer and a hidden size over"
                    + " the projected one, not " + recurrent.numLayers() + " layers, hidden " + hiddenSize
                    + ", projected " + projSize);
        }
        Dropout.probability(recurrent.dropout());
        this.recurrent = recurrent;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        this.projected = projSize == 0 ? hiddenSize : projSize;
        double bound = 1 / Math.sqrt(hiddenSize);
        for (int layer = 0; layer < recurrent.numLayers(); layer++) {
            for (int direction = 0; direction < recurrent.directions(); direction++) {
                String suffix = "_l" + layer + (direction == 1 ? "_reverse" : "");
                long in = layer == 0 ? inputSize : projected * recurrent.directions();
                add("weight_ih" + suffix, Init.uniform(bound, options, gates * hiddenSize, in));
                add("weight_hh" + suffix, Init.uniform(bound, options, gates * hiddenSize, projected));
                if (recurrent.bias()) {
                    add("bias_ih" + suffix, Init.uniform(bound, options, gates * hiddenSize));
                    add("bias_hh" + suffix, Init.uniform(bound, options, gates * hiddenSize));
                }
                if (projSize > 0) {
                    add("weight_hr" + suffix, Init.uniform(bound, options, projSize, hiddenSize));
                }
            }
        }
    }

    /** {@link Module#scoped} for the other types of this package. */
    static <R> R inScope(Supplier<R> body) {
        return scoped(body);
    }

    private void add(String name, Parameter parameter) {
        weights.add(registerParameter(name, parameter));
    }

    final Tensor[] weights() {
        return weights.stream().map(Parameter::get).toArray(Tensor[]::new);
    }

    /** {@code input} as it is, if it is [T, B, I] or [B, T, I]. */
    final Tensor checked(Tensor input) {
        if (input.dim() != 3 || input.size(2) != inputSize) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " takes an input of shape "
                    + (recurrent.batchFirst() ? "[B, T, " : "[T, B, ") + inputSize + "], got "
                    + Arrays.toString(input.shape()) + "; give a single sequence a batch of 1 by unsqueeze");
        }
        return input;
    }

    /** {@code state}, or zeros [N, B, P], or H instead of P for the memory of an LSTM. */
    final Tensor state(Tensor state, Tensor like, long batch, boolean memory) {
        long n = (long) recurrent.numLayers() * recurrent.directions();
        long width = memory ? hiddenSize : projected;
        if (state == null) {
            return like.new_zeros(n, batch, width);
        }
        if (!Arrays.equals(state.shape(), new long[] {n, batch, width})) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " takes a state of shape [" + n + ", "
                    + batch + ", " + width + "], got " + Arrays.toString(state.shape()));
        }
        return state;
    }

    final long batch(Tensor input) {
        return input.size(recurrent.batchFirst() ? 0 : 1);
    }

    /** The rows of the batch of {@code state} in {@code order}; all as they are for null. */
    static Tensor permuted(Tensor state, Tensor order) {
        return state == null || order == null ? state : state.index_select(1, order);
    }
}
