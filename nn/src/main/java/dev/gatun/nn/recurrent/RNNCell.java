package dev.gatun.nn.recurrent;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** One step of an {@link RNN} ({@code torch.nn.RNNCell}): parameters {@code weight_ih}, {@code weight_hh}, {@code bias_ih}, {@code bias_hh}. */
public final class RNNCell extends CellBase {
    private final boolean relu;

    /** A float32 cell with biases on the CPU. */
    public RNNCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true, "tanh", null);
    }

    /** A cell with or without biases; {@code options} null means float32 on the CPU. */
    public RNNCell(long inputSize, long hiddenSize, boolean bias, String nonlinearity, TensorOptions options) {
        super(1, inputSize, hiddenSize, bias, options);
        if (!nonlinearity.equals("tanh") && !nonlinearity.equals("relu")) {
            throw new IllegalArgumentException("nonlinearity is tanh or relu, not " + nonlinearity);
        }
        relu = nonlinearity.equals("relu");
    }

    /** The next state [B, H], new, from {@code input} [B, I] and the state before, null for zeros. */
    public Tensor forward(Tensor input, Tensor hidden) {
        return call(
                in -> new Tensor[] {
                    relu
                            ? Torch.rnn_relu_cell(
                                    in[0], state(in[1], in[0]), weightIh(), weightHh(), biasIh(), biasHh())
                            : Torch.rnn_tanh_cell(
                                    in[0], state(in[1], in[0]), weightIh(), weightHh(), biasIh(), biasHh())
                },
                input,
                hidden)[0];
    }
}
