package dev.gatun.hart.model;

import dev.gatun.nn.Init;
import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * The heads of one group, such as the encoder's keys: an MLP for each layer, {@code Linear2_l(tanh(Linear1(LN_l(x))))}, whose
 * first projection the group shares. HART makes all rows of a layer from one state, so Linear1 is D → R·D (specification
 * 2.2); HyperTuning makes each row from a state of its own, with Linear1 D → D (2.1). Legend: B batch, R rows, D model.
 */
final class Heads extends Module {
    private static final double LAYER_NORM_EPS = 1e-5;

    private final boolean decoder;
    private final int rows;
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

    /**
     * Heads for all layers of one of the main model's stacks.
     *
     * @param rows R
     * @param scale what their results are multiplied with
     */
    Heads(HyperConfig config, boolean decoder, int rows, double scale, TensorOptions options) {
        this.decoder = decoder;
        this.rows = rows;
        this.scale = scale;
        long dModel = config.main().dModel();
        long spread = config.generator() == Generator.HART ? rows : 1;
        linear1 = registerModule("linear1", new Linear(dModel, spread * dModel, true, options));
        int count = decoder ? config.main().numDecoderLayers() : config.main().numLayers();
        for (int l = 0; l < count; l++) {
            layers.append(new Head(dModel, options));
        }
    }

    /** Makes them return zeros until they have learnt something. */
    Heads startingAtZero() {
        for (Head head : layers) {
            Init.constant_(head.linear2.weight(), 0);
            Init.constant_(head.linear2.bias(), 0);
        }
        return this;
    }

    /** What they write for all layers, [B, R, D] each. */
    List<Tensor> forward(HeadInput input) {
        List<Tensor> written = new ArrayList<>();
        for (int l = 0; l < layers.size(); l++) {
            Head head = layers.get(l);
            Tensor normed = head.norm.forward(input.of(decoder, l, rows));
            // Row-major: output i·D + j of HART's first projection is column j of row i.
            Tensor wide = linear1.forward(normed).tanh().view(normed.size(0), rows, normed.size(-1));
            Tensor made = head.linear2.forward(wide);
            written.add(scale == 1.0 ? made : made.mul(scale));
        }
        return written;
    }
}
