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
    /** In Hugging Face's order: the loss if there is one, the logits, the decoder's tensors, the encoder's. */
    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        if (loss != null) {
            tensors.add(loss);
        }
        tensors.add(logits);
        tensors.addAll(decoder.tensors());
        if (encoder != null) {
            tensors.addAll(encoder.tensors());
        }
        return tensors;
    }

    /** The same with other tensors, in the order of {@link #tensors()}. */
    T5Output with(List<Tensor> tensors) {
        int logitsAt = loss == null ? 0 : 1;
        int encoderAt = logitsAt + 1 + decoder.tensors().size();
        return new T5Output(
                loss == null ? null : tensors.getFirst(),
                tensors.get(logitsAt),
                encoder == null ? null : encoder.with(tensors.subList(encoderAt, tensors.size())),
                decoder.with(tensors.subList(logitsAt + 1, encoderAt)));
    }
}
