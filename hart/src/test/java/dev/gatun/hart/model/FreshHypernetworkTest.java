package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Module;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As they start: whatever they write, they learn to adapt a model by it, and their first steps do no harm. */
class FreshHypernetworkTest {
    private static final T5Config CONFIG = T5Config.builder()
            .v11()
            .vocab(TestHarts.VOCABULARY)
            .sizes(32, 8, 64, 4)
            .layers(2, 2)
            .dropout(0)
            .build();
    private static final int STEPS = 30;

    @ParameterizedTest
    @CsvSource({
        "HART, PREFIXES",
        "HART, LORAS",
        "HART, BOTH",
        "HYPERTUNING, PREFIXES",
        "HYPERTUNING, LORAS",
        "HYPERTUNING, BOTH"
    })
    void ofEveryGeneratorAndOutput(Generator generator, Outputs outputs) {
        Torch.setNumThreads(1);
        Torch.manualSeed(3);
        HyperConfig config = HyperConfig.builder(CONFIG)
                .decoderLayers(1)
                .generator(generator)
                .outputs(outputs)
                .prefix(4)
                .loraRank(4)
                .build();
        try (T5 main = new T5(CONFIG);
                Hypernetwork hyper = Hypernetwork.from(main, config)) {
            main.requiresGrad_(false);
            learns(main, hyper, hyper);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void ofHint(int bottleneck) {
        Torch.setNumThreads(1);
        Torch.manualSeed(3);
        try (Hint hint = new Hint(new T5(CONFIG), new HintConfig(CONFIG, 4, bottleneck), null)) {
            hint.main().requiresGrad_(false); // the generator alone
            learns(hint.main(), hint, hint);
        }
    }

    /** The targets depend on the demonstrations alone, which the frozen model does not see. */
    private static void learns(T5 main, AdaptationSource source, Module trained) {
        double first = 0;
        double last = 0;
        try (Scope _ = Scope.open();
                AdamW adamw = new AdamW(trained.parameters(), 3e-3, 0)) {
            Tensor demos = TestHarts.ids(8, 5);
            Tensor queries = TestHarts.ids(1, 4).expand(8, 4).contiguous();
            Tensor targets = demos.narrow(1, 0, 2).contiguous();
            for (int step = 0; step <= STEPS; step++) {
                try (Scope _ = Scope.open()) {
                    Adaptation made = source.forward(demos, demos.ones_like());
                    Tensor loss = main.loss(T5Input.of(queries, null, targets)
                            .withPrefixes(made.encoderPrefix(), made.decoderPrefix())
                            .withUpdates(made.updates()));
                    last = loss.item().doubleValue();
                    first = step == 0 ? last : first;
                    loss.backward();
                    Gradients.clipNorm_(trained.parameters(), 1.0);
                    adamw.step();
                    adamw.zeroGrad();
                }
            }
        }
        assertThat(last).isLessThan(0.7 * first);
    }
}
