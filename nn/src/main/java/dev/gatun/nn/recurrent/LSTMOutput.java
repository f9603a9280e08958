package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * What an {@link LSTM} returns.
 *
 * @param output every position's output of the last layer
 * @param state the state after the last position
 */
public record LSTMOutput(Tensor output, LSTMState state) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(output, state.hidden(), state.cell());
    }
}
