package dev.gatun.nn.recurrent;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Tensors3;
import dev.gatun.torch.Torch;

/**
 * Long short-term memory ({@code torch.nn.LSTM}). Parameters {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0},
 * {@code bias_hh_l0}, with a projection {@code weight_hr_l0}, and so on, from U(-1/√H, 1/√H). Legend: B batch, T positions, I
 * input size, H hidden size, P projected size or H, N layers times directions.
 */
public final class LSTM extends RecurrentBase {
    /** One float32 layer on the CPU, time first. */
    public LSTM(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, 0, RecurrentOptions.DEFAULT, null);
    }

    /** A layer; {@code projSize} 0 means no projection, {@code options} null float32 on the CPU. */
    public LSTM(long inputSize, long hiddenSize, long projSize, RecurrentOptions recurrent, TensorOptions options) {
        super(4, inputSize, hiddenSize, projSize, recurrent, options);
    }

    /** {@link #forward(Tensor, LSTMState)} from a state of zeros. */
    public LSTMOutput forward(Tensor input) {
        return forward(input, null);
    }

    /**
     * Reads whole sequences.
     *
     * @param input [T, B, I], or [B, T, I] if batch first
     * @param before the state before, [N, B, P] and [N, B, H], or null for zeros
     * @return new: every position's last layer [T, B, P · directions], or batch first, and the state after
     */
    public LSTMOutput forward(Tensor input, LSTMState before) {
        Tensor[] results = call(
                in -> {
                    long batch = batch(in[0]);
                    Tensor[] state = {state(in[1], in[0], batch, false), state(in[2], in[0], batch, true)};
                    Tensors3 run = Torch.lstm(
                            in[0],
                            state,
                            weights(),
                            recurrent.bias(),
                            recurrent.numLayers(),
                            recurrent.dropout(),
                            isTraining(),
                            recurrent.bidirectional(),
                            recurrent.batchFirst());
                    return new Tensor[] {run._0(), run._1(), run._2()};
                },
                checked(input),
                before == null ? null : before.hidden(),
                before == null ? null : before.cell());
        return new LSTMOutput(results[0], new LSTMState(results[1], results[2]));
    }

    /** The same for sequences of different lengths; the state, here and there, in the order that they came. */
    public PackedLSTMOutput forward(PackedSequence input, LSTMState before) {
        Tensor[] results = call(
                in -> {
                    Tensor[] state = {
                        permuted(state(in[1], in[0], PackedSequence.batch(in[3]), false), in[4]),
                        permuted(state(in[2], in[0], PackedSequence.batch(in[3]), true), in[4])
                    };
                    Tensors3 run = Torch.lstm(
                            in[0],
                            in[3],
                            state,
                            weights(),
                            recurrent.bias(),
                            recurrent.numLayers(),
                            recurrent.dropout(),
                            isTraining(),
                            recurrent.bidirectional());
                    return new Tensor[] {run._0(), permuted(run._1(), in[5]), permuted(run._2(), in[5])};
                },
                input.data(),
                before == null ? null : before.hidden(),
                before == null ? null : before.cell(),
                input.batchSizes(),
                input.sortedIndices(),
                input.unsortedIndices());
        return new PackedLSTMOutput(input.withData(results[0]), new LSTMState(results[1], results[2]));
    }
}
