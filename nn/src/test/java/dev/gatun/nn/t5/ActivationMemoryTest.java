package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is predicted of activations is what a forward pass leaves behind for the backward pass, measured on the CPU. */
class ActivationMemoryTest {
    private static final int LAYERS = 3;
    private static final int ROWS = 4;
    private static final int SOURCE = 96;
    private static final int TARGET = 32;
    private static final int PREFIX = 8;

    @ParameterizedTest(name = "{0}, trained {1}, dropout {2}, recomputed {3}")
    @CsvSource({
        "FLOAT32, true, 0, false",
        "FLOAT32, true, 0.1, false",
        "FLOAT32, true, 0.1, true",
        "FLOAT32, false, 0, false",
        "FLOAT32, false, 0.1, false",
        "BFLOAT16, true, 0.1, false",
        "BFLOAT16, false, 0, false",
        "BFLOAT16, false, 0.1, true"
    })
    void isWithinATenthOfWhatIsKept(DType dtype, boolean trained, double dropout, boolean recomputed) {
        T5Config config = T5Config.builder()
                .v11()
                .vocab(50)
                .sizes(64, 16, 160, 4)
                .layers(LAYERS, LAYERS)
                .dropout(dropout)
                .build();
        ActivationMemory memory = new ActivationMemory(config, dtype, trained, Device.CPU);
        long block = recomputed
                ? memory.encoder(1, ROWS, SOURCE, PREFIX, false) - memory.encoder(0, ROWS, SOURCE, PREFIX, false)
                : 0;
        try (Scope _ = Scope.open();
                T5 model = new T5(config, dtype)) {
            model.requiresGrad_(trained);
            model.checkpointing(recomputed);
            T5Prefix prefix = prefix(config, dtype);
            Tensor ids = Torch.randint(3, 50, new long[] {ROWS, SOURCE}, DType.INT64);
            long[] kept = new long[2];
            long before = Memory.statistics().liveBytes();
            EncoderStates encoded = model.encode(ids, null, prefix);
            kept[0] = Memory.statistics().liveBytes() - before;
            Tensor targets = Torch.randint(3, 50, new long[] {ROWS, TARGET}, DType.INT64);
            before = Memory.statistics().liveBytes();
            Tensor states = model.decoder()
                    .forward(StackInput.ofIds(targets).withEncoder(encoded).withPrefix(prefix))
                    .lastHiddenState();
            kept[1] = Memory.statistics().liveBytes() - before;
            // A block that is computed again is not there yet.
            long encoder = memory.encoder(LAYERS, ROWS, SOURCE, PREFIX, recomputed) - block;
            assertThat((double) kept[0] / encoder).as("encoder").isCloseTo(1, within(0.1));
            if (!recomputed) {
                long decoder = memory.decoder(LAYERS, ROWS, TARGET, PREFIX, SOURCE, false);
                assertThat((double) kept[1] / decoder).as("decoder").isCloseTo(1, within(0.1));
            }
            assertThat(states.requiresGrad()).isTrue();
        }
    }

    private static T5Prefix prefix(T5Config config, DType dtype) {
        List<KeyValue> layers = new ArrayList<>();
        for (int l = 0; l < LAYERS; l++) {
            Tensor key = Torch.randn(new long[] {1, PREFIX, config.dModel()}, TensorOptions.of(dtype, Device.CPU));
            Tensor value = Torch.randn(new long[] {1, PREFIX, config.dModel()}, TensorOptions.of(dtype, Device.CPU));
            layers.add(new KeyValue(key.requiresGrad_(true), value.requiresGrad_(true)));
        }
        return new T5Prefix(layers);
    }
}
