package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * What an {@link RNN} or {@link GRU} returns.
 *
 * @param output every position's output of the last layer
 * @param hidden the state after the last position, [layers · directions, batch, hidden]
 */
public record RecurrentOutput(Tensor output, Tensor hidden) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(output, hidden);
    }
}
