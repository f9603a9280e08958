package dev.gatun.nn.t5;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stack returns. Legend: B batch, T positions, S keys, P prefix length, D model, H heads, L layers.
 *
 * @param lastHiddenState [B, T, D], after the final norm
 * @param hiddenStates if asked for, L + 1 of [B, T, D]: the embeddings, then after each block, but for the last block after
 *     the final norm (Hugging Face's order); otherwise empty
 * @param attentions if asked for, L of [B, H, T, P + S], self-attention weights before dropout; otherwise empty
 */
public record StackOutput(Tensor lastHiddenState, List<Tensor> hiddenStates, List<Tensor> attentions)
        implements TensorGroup {
    /** In Hugging Face's order. */
    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(lastHiddenState);
        tensors.addAll(hiddenStates);
        tensors.addAll(attentions);
        return tensors;
    }

    /** The same with other tensors, in the order of {@link #tensors()}. */
    StackOutput with(List<Tensor> tensors) {
        int attention = 1 + hiddenStates.size();
        return new StackOutput(
                tensors.getFirst(),
                List.copyOf(tensors.subList(1, attention)),
                List.copyOf(tensors.subList(attention, tensors.size())));
    }
}
