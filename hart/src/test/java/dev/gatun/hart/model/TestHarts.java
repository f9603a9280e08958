package dev.gatun.hart.model;

import dev.gatun.nn.Init;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** A small random main model, in evaluation mode, and hypernetworks for it: float64, so that equal means equal. */
public final class TestHarts {
    /** Tokens of the vocabulary. */
    public static final int VOCABULARY = 30;

    private static final int PREFIX = 3;

    private TestHarts() {}

    /** d = 16, 2 heads of 8. */
    public static T5Config config(int layers, int decoderLayers) {
        return T5Config.builder()
                .v11()
                .vocab(VOCABULARY)
                .sizes(16, 8, 32, 2)
                .layers(layers, decoderLayers)
                .dropout(0)
                .build();
    }

    /** With weights large enough for every part to matter. */
    public static T5 main(int layers, int decoderLayers) {
        Torch.setNumThreads(1);
        Torch.manualSeed(5);
        T5 model = new T5(config(layers, decoderLayers), DType.FLOAT64);
        biases(model);
        model.eval();
        return model;
    }

    /** Two decoder layers (one if the main model has only one), 3 prefix rows; z random. */
    public static Hypernetwork hyper(T5 main, Memory memory, boolean causalPairs) {
        return hyper(HyperConfig.builder(main.config())
                .decoderLayers(Math.min(2, main.config().numDecoderLayers()))
                .prefix(PREFIX)
                .memory(memory)
                .causalPairs(causalPairs)
                .build());
    }

    /** One of that shape; z random. */
    public static Hypernetwork hyper(HyperConfig config) {
        Torch.manualSeed(6);
        Hypernetwork hyper = new Hypernetwork(config, DType.FLOAT64);
        biases(hyper);
        Init.normal_(hyper.backbone().z(), 1);
        hyper.eval();
        return hyper;
    }

    private static void biases(dev.gatun.nn.Module model) {
        model.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("relative_attention_bias.weight")) {
                Init.normal_(parameter, 1);
            } else if (name.endsWith("shared.weight")) {
                Init.normal_(parameter, 1);
            }
        });
    }

    /** Token numbers that are neither padding nor end. */
    public static Tensor ids(int batch, int length) {
        return Torch.randint(2, VOCABULARY, new long[] {batch, length}, DType.INT64);
    }

    /** 1 for the first {@code lengths[row]} places of each row. */
    public static Tensor mask(int width, int... lengths) {
        long[] mask = new long[lengths.length * width];
        for (int row = 0; row < lengths.length; row++) {
            java.util.Arrays.fill(mask, row * width, row * width + lengths[row], 1);
        }
        return Tensor.of(mask, lengths.length, width);
    }

    /** Puts {@code from}'s values into {@code to}. */
    static void copyZ(Hypernetwork from, Hypernetwork to) {
        try (GradMode _ = Torch.noGrad()) {
            to.backbone().z().copy_(from.backbone().z().get());
        }
    }
}
