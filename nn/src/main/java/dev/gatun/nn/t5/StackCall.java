package dev.gatun.nn.t5;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * What all layers of a stack share during one call. Legend: B batch, H heads, T positions, S keys, P prefix length.
 *
 * @param selfBias position bias and mask of self-attention together, for P + S keys
 * @param crossBias the mask of cross-attention, or null where nothing is masked
 * @param encoder what cross-attention reads, or null
 * @param prefix or null
 * @param cache or null
 * @param updates of modules for this call, or null
 * @param attentions where self-attention weights go, or null
 */
record StackCall(
        AttentionBias selfBias,
        AttentionBias crossBias,
        EncoderStates encoder,
        T5Prefix prefix,
        T5Cache cache,
        ModuleUpdates updates,
        List<Tensor> attentions) {}
