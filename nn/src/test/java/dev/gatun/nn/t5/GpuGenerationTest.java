package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import org.junit.jupiter.api.Test;

/** Decoding on a real GPU: step by step, and as a graph that is replayed, it chooses the tokens that the CPU does. */
class GpuGenerationTest {
    private static final Device GPU = Device.cuda(0);
    private static final int BATCH = 3;

    @Test
    void graphsChooseTheSameTokens() {
        assumeTrue(Cuda.isAvailable(), () -> "needs a GPU: " + Cuda.whyUnavailable());
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 model = TestModels.model()) {
            TestModels.endRowsAtDifferentSteps(model);
            Torch.manualSeed(21);
            GenerationConfig greedy = GenerationConfig.of(20);
            for (int round = 0; round < 3; round++) {
                Tensor ids = TestModels.ids(BATCH, 9 + round);
                Tensor mask = TestModels.mask(9 + round, 9, 5, 2);
                T5Prefix prefix = TestModels.prefix(model.config(), 3, BATCH, 4);
                model.to(Device.CPU);
                long[] expected = model.generate(model.encode(ids, mask, null), prefix, greedy)
                        .toLongArray();
                model.to(GPU);
                T5Prefix onGpu = new T5Prefix(prefix.layers().stream()
                        .map(pair ->
                                new KeyValue(pair.key().to(GPU), pair.value().to(GPU)))
                        .toList());
                EncoderStates source = model.encode(ids.to(GPU), mask.to(GPU), null);
                for (int again = 0; again < 3; again++) {
                    assertThat(model.generate(source, onGpu, greedy).toLongArray())
                            .isEqualTo(expected);
                    assertThat(model.generate(source, onGpu, greedy.withStaticCache())
                                    .toLongArray())
                            .isEqualTo(expected);
                }
            }
        }
    }
}
