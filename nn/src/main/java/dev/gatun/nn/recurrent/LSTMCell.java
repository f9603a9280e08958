package dev.gatun.nn.recurrent;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Tensors2;
import dev.gatun.torch.Torch;

/** One step of an {@link LSTM} ({@code torch.nn.LSTMCell}): parameters {@code weight_ih}, {@code weight_hh}, {@code bias_ih}, {@code bias_hh}. */
public final class LSTMCell extends CellBase {
    /** A float32 cell with biases on the CPU. */
    public LSTMCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, true, null);
    }

    /** A cell with or without biases; {@code options} null means float32 on the CPU. */
    public LSTMCell(long inputSize, long hiddenSize, boolean bias, TensorOptions options) {
        super(4, inputSize, hiddenSize, bias, options);
    }

    /** The next state, [B, H] each, new, from {@code input} [B, I] and the state before, null for zeros. */
    public LSTMState forward(Tensor input, LSTMState before) {
        Tensor[] next = call(
                in -> {
                    Tensor[] state = {state(in[1], in[0]), state(in[2], in[0])};
                    Tensors2 run = Torch.lstm_cell(in[0], state, weightIh(), weightHh(), biasIh(), biasHh());
                    return new Tensor[] {run._0(), run._1()};
                },
                input,
                before == null ? null : before.hidden(),
                before == null ? null : before.cell());
        return new LSTMState(next[0], next[1]);
    }
}
