package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.activation.Tanh;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.transformer.AttentionMasks;
import dev.gatun.nn.transformer.TransformerEncoder;
import dev.gatun.nn.transformer.TransformerOptions;
import dev.gatun.torch.DType;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checkpointed modules have the gradients of plain ones, with the same dropout, in less memory. */
class CheckpointingTest {
    /** What a step leaves: gradients by name, and the most bytes there were above those before. */
    private record Step(Map<String, double[]> gradients, long peakBytes) {}

    private static Step step(Module module, Supplier<Tensor> loss) {
        Torch.manualSeed(9);
        module.zeroGrad();
        long before = Memory.statistics().liveBytes();
        Memory.resetPeaks();
        try (Scope _ = Scope.open()) {
            loss.get().backward();
        }
        long peak = Memory.statistics().peakBytes() - before;
        Map<String, double[]> gradients = new LinkedHashMap<>();
        try (Scope _ = Scope.open()) {
            module.namedParameters()
                    .forEach((name, p) ->
                            gradients.put(name, p.grad().to(DType.FLOAT64).toDoubleArray()));
        }
        return new Step(gradients, peak);
    }

    /** Returns the peak with checkpointing as a share of the peak without; gradients may differ by {@code relative}. */
    private static double compare(Module module, Supplier<Tensor> loss, double relative) {
        Step plain = step(module, loss);
        module.checkpointing(true);
        Step again = step(module, loss);
        module.checkpointing(false);
        assertThat(again.gradients().keySet()).isEqualTo(plain.gradients().keySet());
        plain.gradients().forEach((name, expected) -> {
            double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            assertThat(again.gradients().get(name)).as(name).containsExactly(expected, within(relative * largest));
        });
        return (double) again.peakBytes() / plain.peakBytes();
    }

    @Test
    void anyLayer() {
        try (Sequential model = new Sequential(new Linear(16, 64), new Dropout(0.3), new Tanh(), new Linear(64, 4));
                Scope _ = Scope.open()) {
            Tensor x = Torch.randn(256, 16);
            assertThat(compare(model, () -> model.forward(x).square().mean(), 0))
                    .isLessThan(1.2);
            model.eval();
            model.checkpointing(true);
            assertThat(model.forward(x).requiresGrad()).isTrue();
        }
    }

    @Test
    void aTransformersLayers() {
        TransformerOptions options =
                TransformerOptions.DEFAULT.withDimFeedforward(256).withBatchFirst(true);
        try (TransformerEncoder encoder = new TransformerEncoder(64, 4, 6, options, true, null);
                Scope _ = Scope.open()) {
            Tensor x = Torch.randn(8, 64, 64);
            Tensor closed = AttentionMasks.causal(64);
            double share = compare(
                    encoder,
                    () -> encoder.forward(x, AttentionMasks.ofPairs(closed))
                            .square()
                            .mean(),
                    0);
            assertThat(share).isLessThan(0.5);
        }
    }

    @Test
    void everyBlockOfT5() {
        T5Config config = T5Config.builder()
                .v11()
                .vocab(200)
                .sizes(64, 16, 256, 4)
                .layers(6, 6)
                .build();
        try (T5 model = new T5(config);
                Scope _ = Scope.open()) {
            Tensor ids = Torch.randint(200, new long[] {8, 64}, DType.INT64);
            Tensor mask = Torch.ones(new long[] {8, 64}, DType.INT64);
            Tensor labels = Torch.randint(200, new long[] {8, 32}, DType.INT64);
            // The blocks' gradients of the one table of position biases are added in another order.
            double share = compare(
                    model, () -> model.forward(T5Input.of(ids, mask, labels)).loss(), 1e-5);
            System.out.printf(java.util.Locale.ROOT, "T5 with checkpointed blocks: %.2f of the peak bytes%n", share);
            assertThat(share).isLessThan(0.5);
            assertThat(model.isCheckpointing()).isFalse();
        }
    }
}
