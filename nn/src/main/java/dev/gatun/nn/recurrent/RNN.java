package dev.gatun.nn.recurrent;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Tensors2;
import dev.gatun.torch.Torch;

/**
 * A recurrence h' = tanh(W x + b + V h + c), or ReLU ({@code torch.nn.RNN}). Parameters {@code weight_ih_l0},
 * {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0} and so on, from U(-1/√H, 1/√H). Legend: B batch, T positions, I
 * input size, H hidden size, N layers times directions.
 */
public final class RNN extends RecurrentBase {
    private final boolean relu;

    /** One float32 layer on the CPU, time first. */
    public RNN(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, RecurrentOptions.DEFAULT, "tanh", null);
    }

    /** A layer; {@code options} null means float32 on the CPU. {@code nonlinearity} is {@code tanh} or {@code relu}. */
    public RNN(
            long inputSize, long hiddenSize, RecurrentOptions recurrent, String nonlinearity, TensorOptions options) {
        super(1, inputSize, hiddenSize, 0, recurrent, options);
        if (!nonlinearity.equals("tanh") && !nonlinearity.equals("relu")) {
            throw new IllegalArgumentException("nonlinearity is tanh or relu, not " + nonlinearity);
        }
        relu = nonlinearity.equals("relu");
    }

    /** {@link #forward(Tensor, Tensor)} from a state of zeros. */
    public RecurrentOutput forward(Tensor input) {
        return forward(input, null);
    }

    /**
     * Reads whole sequences.
     *
     * @param input [T, B, I], or [B, T, I] if batch first
     * @param hidden the state before, [N, B, H], or null for zeros
     * @return new: every position's last layer [T, B, H · directions], or batch first, and the state after [N, B, H]
     */
    public RecurrentOutput forward(Tensor input, Tensor hidden) {
        Tensor[] results = call(
                in -> {
                    Tensor state = state(in[1], in[0], batch(in[0]), false);
                    Tensors2 run = run(in[0], state);
                    return new Tensor[] {run._0(), run._1()};
                },
                checked(input),
                hidden);
        return new RecurrentOutput(results[0], results[1]);
    }

    private Tensors2 run(Tensor input, Tensor state) {
        if (relu) {
            return Torch.rnn_relu(
                    input,
                    state,
                    weights(),
                    recurrent.bias(),
                    recurrent.numLayers(),
                    recurrent.dropout(),
                    isTraining(),
                    recurrent.bidirectional(),
                    recurrent.batchFirst());
        }
        return Torch.rnn_tanh(
                input,
                state,
                weights(),
                recurrent.bias(),
                recurrent.numLayers(),
                recurrent.dropout(),
                isTraining(),
                recurrent.bidirectional(),
                recurrent.batchFirst());
    }

    /** The same for sequences of different lengths; the state, here and there, in the order that they came. */
    public PackedRecurrentOutput forward(PackedSequence input, Tensor hidden) {
        Tensor[] results = call(
                in -> {
                    Tensor state = permuted(state(in[1], in[0], PackedSequence.batch(in[2]), false), in[3]);
                    Tensors2 run = runPacked(in[0], in[2], state);
                    return new Tensor[] {run._0(), permuted(run._1(), in[4])};
                },
                input.data(),
                hidden,
                input.batchSizes(),
                input.sortedIndices(),
                input.unsortedIndices());
        return new PackedRecurrentOutput(input.withData(results[0]), results[1]);
    }

    private Tensors2 runPacked(Tensor data, Tensor batchSizes, Tensor state) {
        if (relu) {
            return Torch.rnn_relu(
                    data,
                    batchSizes,
                    state,
                    weights(),
                    recurrent.bias(),
                    recurrent.numLayers(),
                    recurrent.dropout(),
                    isTraining(),
                    recurrent.bidirectional());
        }
        return Torch.rnn_tanh(
                data,
                batchSizes,
                state,
                weights(),
                recurrent.bias(),
                recurrent.numLayers(),
                recurrent.dropout(),
                isTraining(),
                recurrent.bidirectional());
    }
}
