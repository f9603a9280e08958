package dev.gatun.nn.t5;

import dev.gatun.nn.Embedding;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/** One layer of a stack ({@code transformers.T5Block}). Legend: B batch, T positions, D model. */
final class T5Block extends Module {
    private final T5LayerSelfAttention selfAttention;
    private final T5LayerCrossAttention crossAttention;
    private final T5LayerFF feedForward;

    T5Block(T5Config config, boolean decoder, boolean relativeBias, TensorOptions options) {
        ModuleList<Module> layer = registerModule("layer", new ModuleList<>());
        selfAttention = layer.append(new T5LayerSelfAttention(config, relativeBias, options));
        crossAttention = decoder ? layer.append(new T5LayerCrossAttention(config, options)) : null;
        feedForward = layer.append(new T5LayerFF(config, options));
    }

    Embedding relativeAttentionBias() {
        return selfAttention.relativeAttentionBias();
    }

    /** [B, T, D] to [B, T, D], new; {@code layer} is this block's number in its stack. */
    Tensor forward(Tensor hidden, int layer, StackCall call) {
        Tensor attended = Residual.clamped(selfAttention.forward(hidden, layer, call));
        if (crossAttention != null && call.encoder() != null) {
            Tensor before = attended;
            attended = Residual.clamped(crossAttention.forward(before, layer, call));
            before.close();
        }
        try (Tensor last = attended) {
            return Residual.clamped(feedForward.forward(last, call.updates()));
        }
    }
}
