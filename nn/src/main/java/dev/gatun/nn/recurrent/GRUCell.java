package dev.gatun.nn.recurrent;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** One step of a {@link GRU} ({@code torch.nn.GRUCell}): parameters {@code weight_ih}, {@code weight_hh}, {@code bias_ih}, {@code bias_hh}. */
public final class GRUCell extends CellBase {
    /** A float32 cell with biases on the CPU. */
    public GRUCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true, null);
    }

    /** A cell with or without biases; {@code options} null means float32 on the CPU. */
    public GRUCell(long inputSize, long hiddenSize, boolean bias, TensorOptions options) {
        super(3, inputSize, hiddenSize, bias, options);
    }

    /** The next state [B, H], new, from {@code input} [B, I] and the state before, null for zeros. */
    public Tensor forward(Tensor input, Tensor hidden) {
        return call(
                in -> new Tensor[] {
                    Torch.gru_cell(in[0], state(in[1], in[0]), weightIh(), weightHh(), biasIh(), biasHh())
                },
                input,
                hidden)[0];
    }
}
