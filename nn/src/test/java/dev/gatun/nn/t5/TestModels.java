package dev.gatun.nn.t5;

import dev.gatun.nn.Init;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/** Small random models and inputs. */
final class TestModels {
    static final int VOCABULARY = 40;

    private TestModels() {}

    /** 2 + 3 layers, 4 heads of 8, dropout 0.1. */
    static T5Config config() {
        return T5Config.builder()
                .v11()
                .vocab(VOCABULARY)
                .sizes(32, 8, 64, 4)
                .layers(2, 3)
                .build();
    }

    /** A float64 model in evaluation mode whose position biases are large enough to matter. */
    static T5 model() {
        return model(config());
    }

    static T5 model(T5Config config) {
        Torch.manualSeed(1);
        T5 model = new T5(config, DType.FLOAT64);
        model.namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("relative_attention_bias.weight")) {
                Init.normal_(parameter, 1);
            }
        });
        model.eval();
        return model;
    }

    /** Peaked logits, and those of the end token more than others: so rows end sooner or later. */
    static void endRowsAtDifferentSteps(T5 model) {
        Init.normal_(model.lmHead().weight(), 0.4);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            model.lmHead().weight().get().select(0, model.config().eosTokenId()).mul_(2.5);
        }
    }

    /** Token numbers that are neither padding nor end. */
    static Tensor ids(int batch, int length) {
        return Torch.randint(2, VOCABULARY, new long[] {batch, length}, DType.INT64);
    }

    /** 1 for the first {@code lengths[row]} places of each row. */
    static Tensor mask(int width, int... lengths) {
        long[] mask = new long[lengths.length * width];
        for (int row = 0; row < lengths.length; row++) {
            for (int i = 0; i < lengths[row]; i++) {
                mask[row * width + i] = 1;
            }
        }
        return Tensor.of(mask, lengths.length, width);
    }

    /** A random prefix [batch, H, length, K]. */
    static T5Prefix prefix(T5Config config, int layers, int batch, int length) {
        List<KeyValue> pairs = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            long[] shape = {batch, config.numHeads(), length, config.dKv()};
            pairs.add(new KeyValue(Torch.randn(shape, DType.FLOAT64), Torch.randn(shape, DType.FLOAT64)));
        }
        return new T5Prefix(pairs);
    }

    /** {@code ids} row-major, each row filled with 0 up to {@code width}. */
    static long[] padded(Tensor ids, long width) {
        int rows = (int) ids.size(0);
        int length = (int) ids.size(1);
        long[] flat = ids.toLongArray();
        long[] padded = new long[rows * (int) width];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(flat, row * length, padded, row * (int) width, length);
        }
        return padded;
    }
}
