package dev.gatun.nn.t5;

import dev.gatun.nn.Embedding;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** One layer of a stack ({@code transformers.T5Block}). Legend: B batch, T positions, D model. */
final class T5Block extends Module {
    private final T5LayerSelfAttention selfAttention;
    private final T5LayerCrossAttention crossAttention;
    private final T5LayerFF feedForward;
    private boolean recomputed;

    T5Block(T5Config config, boolean decoder, boolean relativeBias, TensorOptions options) {
        ModuleList<Module> layer = registerModule("layer", new ModuleList<>());
        selfAttention = layer.append(new T5LayerSelfAttention(config, relativeBias, options));
        crossAttention = decoder ? layer.append(new T5LayerCrossAttention(config, options)) : null;
        feedForward = layer.append(new T5LayerFF(config, options));
    }

    Embedding relativeAttentionBias() {
        return selfAttention.relativeAttentionBias();
    }

    @Override
    public void checkpointing(boolean on) {
        recomputed = on;
    }

    @Override
    public boolean isCheckpointing() {
        return recomputed;
    }

    /** [B, T, D] to [B, T, D], new; {@code layer} is this block's number in its stack. */
    Tensor forward(Tensor hidden, int layer, StackCall call) {
        boolean again = recomputed && isTraining() && Torch.isGradEnabled() && CheckpointedCall.isPossible(call);
        return call(
                in -> {
                    Tensor out = again
                            ? CheckpointedCall.run((given, lent) -> run(given, layer, lent), in[0], call)
                            : run(in[0], layer, call);
                    // The weights, if they were asked for, outlive the block's scope as well.
                    return call.attentions() == null
                            ? new Tensor[] {out}
                            : new Tensor[] {out, call.attentions().getLast()};
                },
                hidden)[0];
    }

    private Tensor run(Tensor hidden, int layer, StackCall call) {
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
