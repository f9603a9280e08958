package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What an {@link RNN} or {@link GRU} returns.
 *
 * @param output every position's output of the last layer, packed as the input was
 * @param hidden the state after the last position, [layers · directions, batch, hidden]
 */
public record PackedRecurrentOutput(PackedSequence output, Tensor hidden) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(output.tensors());
        all.add(hidden);
        return all;
    }
}
