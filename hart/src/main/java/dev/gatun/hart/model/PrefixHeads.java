package dev.gatun.hart.model;

import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * The heads of one group (encoder or decoder, keys or values): an MLP for each layer,
 * {@code Linear2_l(tanh(Linear1(LN_l(x))))}, whose first projection D → P·D the group shares (specification 2.2). Legend:
 * B batch, L layers, P prefix rows, D model.
 */
final class PrefixHeads extends Module {
    private static final double LAYER_NORM_EPS = 1e-5;

    private final int prefix;
    private final double scale;
    private final Linear linear1;
    private final ModuleList<Head> layers = registerModule("layers", new ModuleList<>());

    /** What a layer has for itself. */
    private static final class Head extends Module {
        private final LayerNorm norm;
        private final Linear linear2;

        Head(long dModel, TensorOptions options) {
            norm = registerModule("norm", new LayerNorm(dModel, LAYER_NORM_EPS, options));
            linear2 = registerModule("linear2", new Linear(dModel, dModel, true, options));
        }
    }

    PrefixHeads(HyperConfig config, int layerCount, TensorOptions options) {
        long dModel = config.main().dModel();
        prefix = config.prefix();
        scale = config.prefixScale();
        linear1 = registerModule("linear1", new Linear(dModel, prefix * dModel, true, options));
        for (int l = 0; l < layerCount; l++) {
            layers.append(new Head(dModel, options));
        }
    }

    /** The prefixes of all layers, [B, P, D] each, from the group's states [B, L, D]: state l makes layer l's. */
    List<Tensor> forward(Tensor states) {
        long batch = states.size(0);
        long dModel = states.size(2);
        List<Tensor> prefixes = new ArrayList<>();
        for (int l = 0; l < layers.size(); l++) {
            Head head = layers.get(l);
            Tensor normed = head.norm.forward(states.select(1, l));
            // Row-major: output i·D + j of the first projection is column j of prefix row i.
            Tensor rows = linear1.forward(normed).tanh().view(batch, prefix, dModel);
            Tensor made = head.linear2.forward(rows);
            prefixes.add(scale == 1.0 ? made : made.mul(scale));
        }
        return prefixes;
    }
}
