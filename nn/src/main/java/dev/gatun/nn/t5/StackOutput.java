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
    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>(hiddenStates);
        tensors.addAll(attentions);
        tensors.add(lastHiddenState);
        return tensors;
    }
}
