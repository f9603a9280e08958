package dev.gatun.nn.recurrent;

import dev.gatun.nn.Init;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/** The parameters that the recurrent cells share, from U(-1/√H, 1/√H). */
abstract class CellBase extends Module {
    private final Parameter weightIh;
    private final Parameter weightHh;
    private final Parameter biasIh;
    private final Parameter biasHh;
    final long hiddenSize;

    CellBase(int gates, long inputSize, long hiddenSize, boolean bias, TensorOptions options) {
        double bound = 1 / Math.sqrt(hiddenSize);
        long rows = gates * hiddenSize;
        this.hiddenSize = hiddenSize;
        weightIh = registerParameter("weight_ih", Init.uniform(bound, options, rows, inputSize));
        weightHh = registerParameter("weight_hh", Init.uniform(bound, options, rows, hiddenSize));
        biasIh = bias ? registerParameter("bias_ih", Init.uniform(bound, options, rows)) : null;
        biasHh = bias ? registerParameter("bias_hh", Init.uniform(bound, options, rows)) : null;
    }

    final Tensor weightIh() {
        return weightIh.get();
    }

    final Tensor weightHh() {
        return weightHh.get();
    }

    final Tensor biasIh() {
        return biasIh == null ? null : biasIh.get();
    }

    final Tensor biasHh() {
        return biasHh == null ? null : biasHh.get();
    }

    /** {@code state}, or zeros [B, H] for null. */
    final Tensor state(Tensor state, Tensor input) {
        return state == null ? input.new_zeros(input.size(0), hiddenSize) : state;
    }
}
