package dev.gatun.nn.recurrent;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * The state of an {@link LSTM} or {@link LSTMCell}.
 *
 * @param hidden h, [layers · directions, batch, projected or hidden]; of a cell [batch, hidden]
 * @param cell c, [layers · directions, batch, hidden]; of a cell [batch, hidden]
 */
public record LSTMState(Tensor hidden, Tensor cell) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(hidden, cell);
    }
}
