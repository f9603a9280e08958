package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.Updatable;
import dev.gatun.nn.UpdateSlot;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * The feed-forward layer of a block ({@code transformers.T5LayerFF}): x + dropout(wo(dropout(act(wi x)))), or with a gate
 * act(wi_0 x) · wi_1 x, on RMS-normed input. Legend: B batch, T positions, D model.
 */
final class T5LayerFF extends Module {
    private final T5LayerNorm layerNorm;
    private final Dense dense;
    private final Dropout dropout;

    T5LayerFF(T5Config config, TensorOptions options) {
        dense = registerModule("DenseReluDense", new Dense(config, options));
        layerNorm = registerModule("layer_norm", new T5LayerNorm(config, options));
        dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
    }

    /** [B, T, D] to [B, T, D], new; {@code updates} or null. */
    Tensor forward(Tensor hidden, ModuleUpdates updates) {
        return call(
                in -> new Tensor[] {
                    Residual.add(dropout.forward(dense.forward(layerNorm.forward(in[0]), updates)), in[0])
                },
                hidden)[0];
    }

    /** {@code T5DenseActDense} and {@code T5DenseGatedActDense}; the name in checkpoints dates from the first T5. */
    private static final class Dense extends Module implements Updatable {
        private final UpdateSlot slot = new UpdateSlot();
        private final Linear wi;
        private final Linear gate;
        private final Linear wo;
        private final Dropout dropout;
        private final Activation activation;

        Dense(T5Config config, TensorOptions options) {
            long d = config.dModel();
            long ff = config.dFf();
            double in = config.initializerFactor() / Math.sqrt(d);
            double out = config.initializerFactor() / Math.sqrt(ff);
            activation = Activation.of(config.feedForwardProj());
            wi = registerModule(activation.gated() ? "wi_0" : "wi", new Linear(Init.normal(in, options, ff, d), null));
            gate = activation.gated()
                    ? registerModule("wi_1", new Linear(Init.normal(in, options, ff, d), null))
                    : null;
            wo = registerModule("wo", new Linear(Init.normal(out, keptWide(options), d, ff), null));
            dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
        }

        /** The sums of the last projection are beyond float16's range in the larger models ({@code _keep_in_fp32_modules}). */
        private static TensorOptions keptWide(TensorOptions options) {
            return options != null && options.dtype() == DType.FLOAT16
                    ? TensorOptions.of(DType.FLOAT32, options.device())
                    : options;
        }

        @Override
        public UpdateSlot updates() {
            return slot;
        }

        @Override
        public long inFeatures() {
            return wi.inFeatures();
        }

        @Override
        public long outFeatures() {
            return wo.outFeatures();
        }

        Tensor forward(Tensor normed, ModuleUpdates updates) {
            Tensor inner = wi.forward(normed, updates);
            Tensor wide = gate == null
                    ? activation.function().apply(inner)
                    : T5Kernels.gated(activation, inner, gate.forward(normed, updates));
            Tensor dropped = dropout.forward(wide);
            DType kept = wo.weight().get().dtype();
            boolean widen = dropped.dtype() == DType.FLOAT16 && kept != DType.FLOAT16;
            Tensor narrow = wo.forward(widen ? dropped.to(kept) : dropped, updates);
            return slot.apply(normed, slot.apply(normed, narrow), updates);
        }
    }
}
