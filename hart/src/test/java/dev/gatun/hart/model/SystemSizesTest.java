package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Module;
import dev.gatun.nn.peft.Lora;
import dev.gatun.nn.peft.LoraConfig;
import dev.gatun.nn.peft.PrefixConfig;
import dev.gatun.nn.peft.PrefixTuning;
import dev.gatun.nn.peft.TargetModules;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The counts of specification 2.3, 7 and 10.6 for every system at both sizes, without memory for one of the parameters. */
class SystemSizesTest {
    private static final TensorOptions META = TensorOptions.of(DType.FLOAT32, Device.META);
    private static final int LAYERS = 24;

    private static T5Config main(String size) {
        return T5Config.preset("t5-v1_1-" + size);
    }

    private static long heads(Hypernetwork hyper) {
        return hyper.numParameters() - hyper.backbone().numParameters();
    }

    private static long backbone(Hypernetwork hyper) {
        return hyper.backbone().numParameters() - hyper.backbone().z().numel();
    }

    /** icl trains nothing; ft0, ftk and tk train the whole model. */
    @ParameterizedTest
    @CsvSource({"large, 783150080, 308332032, 409019904, 32899072", "xl, 2849757184, 1157729280, 1560431616, 65798144"})
    void mainModel(String size, long total, long encoder, long decoder, long embedding) {
        try (T5 model = new T5(main(size), META)) {
            assertThat(model.numTrainableParameters()).isEqualTo(total);
            assertThat(model.shared().numParameters()).isEqualTo(embedding);
            assertThat(model.lmHead().numParameters()).isEqualTo(embedding);
            assertThat(model.encoder().numParameters() - embedding).isEqualTo(encoder);
            assertThat(model.decoder().numParameters() - embedding).isEqualTo(decoder);
            model.requiresGrad_(false);
            assertThat(model.numTrainableParameters()).isZero();
        }
    }

    /** hart with either memory, and shared: the same parameters. */
    @ParameterizedTest
    @CsvSource({"large, 477572096, 235307008, 712881152, 3145728", "xl, 1743673344, 940376064, 2684053504, 6291456"})
    void hart(String size, long backbone, long heads, long total, long generated) {
        for (Memory memory : Memory.values()) {
            HyperConfig config = HyperConfig.builder(main(size)).memory(memory).build();
            try (Hypernetwork hyper = new Hypernetwork(config, META)) {
                assertThat(backbone(hyper)).isEqualTo(backbone);
                assertThat(heads(hyper)).isEqualTo(heads);
                // The parallel control starts from a pair for each layer.
                long more = memory == Memory.PARALLEL
                        ? (2 * LAYERS - 2) * config.main().dModel()
                        : 0;
                assertThat(hyper.numTrainableParameters()).isEqualTo(total + more);
                generated(hyper, generated);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"large, 477572096, 105156608, 582794240, 3145728", "xl, 1743673344, 420028416, 2163832832, 6291456"})
    void hyperTuning(String size, long backbone, long heads, long total, long generated) {
        HyperConfig config =
                HyperConfig.builder(main(size)).generator(Generator.HYPERTUNING).build();
        try (Hypernetwork hyper = new Hypernetwork(config, META)) {
            assertThat(config.queries()).isEqualTo(64);
            assertThat(backbone(hyper)).isEqualTo(backbone);
            assertThat(heads(hyper)).isEqualTo(heads);
            assertThat(hyper.numTrainableParameters()).isEqualTo(total);
            generated(hyper, generated);
        }
    }

    /** Each generated tensor comes from a second projection of its own: 48 sites, a key and a value each. */
    private static void generated(Hypernetwork hyper, long values) {
        long projections = hyper.namedParameters().keySet().stream()
                .filter(name -> name.endsWith("linear2.weight"))
                .count();
        assertThat(projections).isEqualTo(96);
        HyperConfig config = hyper.config();
        assertThat(projections * config.prefix() * config.main().dModel()).isEqualTo(values);
    }

    /** 3 kinds of attention × 2 targets × 2 factors, each with LN and Linear2 for every layer and one Linear1. */
    @ParameterizedTest
    @CsvSource({"large", "xl"})
    void hypernetworksThatWriteLoras(String size) {
        long d = main(size).dModel();
        long head = 2 * d + d * d + d;
        for (Generator generator : Generator.values()) {
            HyperConfig.Builder builder = HyperConfig.builder(main(size)).generator(generator);
            long linear1 = generator == Generator.HART ? 16 * (d * d + d) : d * d + d;
            long loras = 12 * (linear1 + LAYERS * head);
            try (Hypernetwork alone =
                            new Hypernetwork(builder.outputs(Outputs.LORAS).build(), META);
                    Hypernetwork both =
                            new Hypernetwork(builder.outputs(Outputs.BOTH).build(), META);
                    Hypernetwork prefixes =
                            new Hypernetwork(builder.outputs(Outputs.PREFIXES).build(), META)) {
                assertThat(heads(alone)).isEqualTo(loras);
                assertThat(heads(both)).isEqualTo(loras + heads(prefixes));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"large, 4718592", "xl, 9437184"})
    void lora(String size, long expected) {
        LoraConfig config = LoraConfig.defaults().withTargets(TargetModules.named("q", "k", "v", "o"));
        try (T5 model = new T5(main(size), META);
                Lora lora = Lora.attach(model, config)) {
            assertThat(lora.numTrainableParameters()).isEqualTo(expected);
            assertThat(model.numTrainableParameters()).isZero();
        }
    }

    /** An embedding, Linear d, tanh, Linear 2Ld for each stack; folded, the values themselves: 4Lpd. */
    @ParameterizedTest
    @CsvSource({"large, 3145728", "xl, 6291456"})
    void prefix(String size, long folded) {
        long d = main(size).dModel();
        long values = 2 * LAYERS * d;
        try (Scope _ = Scope.open();
                T5 model = new T5(main(size), META);
                PrefixTuning tuned = PrefixTuning.of(model, PrefixConfig.of(32).reparameterised(d));
                PrefixTuning direct = PrefixTuning.of(model, PrefixConfig.of(32))) {
            assertThat(tuned.numTrainableParameters()).isEqualTo(2 * (32 * d + (d * d + d) + (d * values + values)));
            assertThat(direct.numTrainableParameters()).isEqualTo(folded);
        }
    }

    /** The model and: queries for 72 attentions and 48 feed-forwards, one attention, an MLP for each of four kinds. */
    @ParameterizedTest
    @CsvSource({"large, 783150080, 53472", "xl, 2849757184, 53472"})
    void hint(String size, long model, long rows) {
        long d = main(size).dModel();
        try (Hint hint = new Hint(new T5(main(size), META), HintConfig.paper(main(size)), META)) {
            Module generator = hint.generator();
            assertThat(rows).isEqualTo(3 * LAYERS * 2 * 30 + 2 * LAYERS * 2 * 512);
            assertThat(generator.numParameters()).isEqualTo(rows * d + 4 * d * d + 4 * 2 * (d * d + d));
            assertThat(hint.numTrainableParameters()).isEqualTo(model + generator.numParameters());
        }
    }
}
