package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link T5#forward} returns. Legend: B batch, T target, V vocabulary.
 *
 * @param loss the mean cross-entropy over labels that are not -100, a scalar; null without labels
 * @param logits [B, T, V], of the parameters' type
 * @param encoder the encoder's output; null if its states were given
 * @param decoder the decoder's output
 */
public record T5Output(Tensor loss, Tensor logits, StackOutput encoder, StackOutput decoder) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>(decoder.tensors());
        tensors.add(logits);
        if (loss != null) {
            tensors.add(loss);
        }
        if (encoder != null) {
            tensors.addAll(encoder.tensors());
        }
        return tensors;
    }
}
