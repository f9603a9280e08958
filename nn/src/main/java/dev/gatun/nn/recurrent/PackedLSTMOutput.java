package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What an {@link LSTM} returns.
 *
 * @param output every position's output of the last layer, packed as the input was
 * @param state the state after the last position
 */
public record PackedLSTMOutput(PackedSequence output, LSTMState state) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(output.tensors());
        all.addAll(state.tensors());
        return all;
    }
}
