package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.hart.Golden;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Specification 10 for every kind of hypernetwork, under its numbers. Elsewhere: 1 (zero keys and values) and 7 without a
 * hypernetwork in nn's {@code T5InvariantsTest}; 2 in {@link GeneratorTest}; 4 in {@link AdaptedModelTest}; 5 through the
 * objective in {@code FrozenMainTest}; 6 in {@link SystemSizesTest} and {@link HypernetworkSizesTest}; 8 in
 * {@link ConsistencyLossTest}, {@code ObjectiveGoldenTest} and {@code ResumeTest}; 10 in nn's {@code LoraTest} and
 * {@code PrefixTuningTest}; 11 in nn's {@code Adam8bitTest}; 12 in data's {@code RougeGoldenTest} and {@code TaskSamplerTest}.
 */
class InvariantsTest {
    private static final int BATCH = 3;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private T5 main;
    private Tensor demos;
    private Tensor demoMask;
    private Tensor target;
    private T5Input plain;

    /** Who generates what. */
    enum Kind {
        CACHE(Memory.CACHE),
        MARKOV(Memory.MARKOV),
        SHARED(Memory.SHARED),
        PARALLEL(Memory.PARALLEL),
        HYPERTUNING(Generator.HYPERTUNING, Memory.CACHE, Outputs.PREFIXES),
        HYPERTUNING_LORAS(Generator.HYPERTUNING, Memory.CACHE, Outputs.LORAS),
        HART_BOTH(Generator.HART, Memory.CACHE, Outputs.BOTH);

        private final Generator generator;
        private final Memory memory;
        private final Outputs outputs;

        Kind(Memory memory) {
            this(Generator.HART, memory, Outputs.PREFIXES);
        }

        Kind(Generator generator, Memory memory, Outputs outputs) {
            this.generator = generator;
            this.memory = memory;
            this.outputs = outputs;
        }

        /** Large enough in every part to matter. */
        Hypernetwork make(T5 main) {
            Hypernetwork hyper = TestHarts.hyper(HyperConfig.builder(main.config())
                    .decoderLayers(2)
                    .generator(generator)
                    .memory(memory)
                    .outputs(outputs)
                    .prefix(3)
                    .loraRank(2)
                    .build());
            hyper.namedParameters().forEach((name, parameter) -> {
                if (name.startsWith("loras.") && name.contains("linear2")) {
                    Init.normal_(parameter, 1);
                }
            });
            return hyper.adapts(main);
        }
    }

    @BeforeEach
    void open() {
        scope = Scope.open();
        start(2, 3);
    }

    @AfterEach
    void close() {
        main.close();
        scope.close();
    }

    private void start(int layers, int decoderLayers) {
        if (main != null) {
            main.close();
        }
        main = TestHarts.main(layers, decoderLayers);
        main.requiresGrad_(false);
        Torch.manualSeed(8);
        demos = TestHarts.ids(BATCH, 6);
        demoMask = TestHarts.mask(6, 6, 4, 2);
        target = TestHarts.ids(BATCH, 4);
        plain = T5Input.of(TestHarts.ids(BATCH, 5), TestHarts.mask(5, 5, 3, 1), null)
                .withDecoderInput(TestHarts.ids(BATCH, 4), null);
    }

    private Tensor logits(T5Input input) {
        return main.forward(input).logits();
    }

    private T5Input adapted(Adaptation made) {
        return plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix()).withUpdates(made.updates());
    }

    private Tensor loss(T5Input input) {
        return CrossEntropy.mean(logits(input), target, CrossEntropy.IGNORE_INDEX);
    }

    private static T5Prefix closed(T5Prefix prefix) {
        return prefix == null ? null : prefix.withMask(Torch.zeros(new long[] {BATCH, prefix.length()}, DType.BOOL));
    }

    private static double largest(Parameter parameter) {
        Tensor grad = parameter.grad();
        return grad == null ? 0 : grad.abs().max().item().doubleValue();
    }

    @ParameterizedTest
    @EnumSource
    void i1MaskedPrefixesAreThePlainModel(Kind kind) {
        try (Hypernetwork hyper = kind.make(main)) {
            Adaptation made = hyper.forward(demos, demoMask);
            assertThat(Golden.relativeError(logits(adapted(made)), logits(plain)))
                    .isGreaterThan(1e-3);
            T5Input masked = plain.withPrefixes(closed(made.encoderPrefix()), closed(made.decoderPrefix()));
            assertThat(Golden.relativeError(logits(masked), logits(plain))).isLessThan(EXACT);
        }
    }

    /** And the states of all its queries are the decoder's, in one pass: Q of them, however many layers there are. */
    @Test
    void i3HyperTuningsStatesKnowTheirPlaces() {
        try (Hypernetwork hyper = TestHarts.hyper(HyperConfig.builder(main.config())
                .generator(Generator.HYPERTUNING)
                .decoderLayers(2)
                .build())) {
            Tensor before = hyper.forward(demos, demoMask).states();
            assertThat(before.shape()).containsExactly(BATCH, 64, main.config().dModel());
            Tensor z = hyper.backbone().z().get().detach();
            z.copy_(z.flip(0).clone());
            assertThat(Golden.relativeError(
                            hyper.forward(demos, demoMask).states().flip(1), before))
                    .isGreaterThan(1e-3);
            // With one bias for all distances there are no places: then states do turn with their inputs.
            hyper.backbone().namedParameters().forEach((name, parameter) -> {
                if (name.startsWith("decoder.") && name.endsWith("relative_attention_bias.weight")) {
                    Init.constant_(parameter, 0.5);
                }
            });
            Tensor turned = hyper.forward(demos, demoMask).states();
            z.copy_(z.flip(0).clone());
            assertThat(Golden.relativeError(
                            turned.flip(1), hyper.forward(demos, demoMask).states()))
                    .isLessThan(EXACT);
        }
    }

    /**
     * All keys at and after a query have the decoder's bucket 0. The first query has no others: with one layer, its state does
     * not depend on the table's other rows.
     */
    @Test
    void i3FutureKeysHaveBucketZero() {
        try (Hypernetwork hyper = TestHarts.hyper(HyperConfig.builder(main.config())
                .generator(Generator.HYPERTUNING)
                .decoderLayers(1)
                .prefix(3)
                .build())) {
            Tensor table = hyper.backbone().namedParameters().entrySet().stream()
                    .filter(e -> e.getKey().startsWith("decoder.") && e.getKey().endsWith("bias.weight"))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .get()
                    .detach();
            Tensor before = hyper.forward(demos, demoMask).states();
            table.narrow(0, 1, table.size(0) - 1).add_(3.0).mul_(-1.0);
            Tensor after = hyper.forward(demos, demoMask).states();
            assertThat(Golden.relativeError(after.select(1, 0), before.select(1, 0)))
                    .isLessThan(EXACT);
            assertThat(Golden.relativeError(after.select(1, 5), before.select(1, 5)))
                    .isGreaterThan(1e-3);
            table.select(0, 0).add_(1.0);
            assertThat(Golden.relativeError(hyper.forward(demos, demoMask).states(), after))
                    .isGreaterThan(1e-3);
        }
    }

    /** As deep as the paper's, only narrow: 24 + 24 layers have 96 second projections. */
    @ParameterizedTest
    @EnumSource(names = {"CACHE", "HYPERTUNING"})
    void i5EveryGradientIsThereAndNoneInTheMainModel(Kind kind) {
        start(24, 24);
        Map<String, double[]> before = values(main);
        try (Hypernetwork hyper = kind.make(main)) {
            Adaptation made = hyper.forward(demos, demoMask);
            loss(adapted(made).withFused(made.demonstrations())).backward();
            Map<String, Double> largest = hyper.namedParameters().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> largest(e.getValue())));
            assertThat(largest.keySet())
                    .filteredOn(name -> name.endsWith("linear2.weight"))
                    .hasSize(96);
            assertThat(largest.keySet())
                    .filteredOn(name -> name.endsWith("linear1.weight"))
                    .hasSize(4);
            assertThat(largest.keySet())
                    .contains("hypernet.z", "hypernet.shared.weight")
                    .anyMatch(name -> name.startsWith("hypernet.encoder."))
                    .anyMatch(name -> name.startsWith("hypernet.decoder."));
            largest.forEach((name, value) -> assertThat(value).as(name).isGreaterThan(1e-14));
            assertThat(main.parameters()).allMatch(parameter -> parameter.grad() == null);
            values(main).forEach((name, value) -> assertThat(value).as(name).isEqualTo(before.get(name)));
        }
    }

    private static Map<String, double[]> values(Module model) {
        return model.stateDict().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> e.getValue().detach().toDoubleArray()));
    }

    /** No prefix, no fusion, no consistency loss: nothing that it writes reaches the loss. */
    @ParameterizedTest
    @EnumSource(names = {"CACHE", "MARKOV", "SHARED", "PARALLEL", "HYPERTUNING"})
    void i5WithEverythingOffNothingIsLearnt(Kind kind) {
        try (Hypernetwork hyper = kind.make(main)) {
            Adaptation made = hyper.forward(demos, demoMask);
            loss(plain.withPrefixes(closed(made.encoderPrefix()), closed(made.decoderPrefix())))
                    .backward(null, true, false);
            assertThat(hyper.parameters()).allMatch(parameter -> largest(parameter) == 0);
            loss(adapted(made)).backward();
            assertThat(hyper.parameters()).allMatch(parameter -> largest(parameter) > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void i7CachedDecodingIsUncachedDecoding(Kind kind) {
        try (Hypernetwork hyper = kind.make(main)) {
            Adaptation made = hyper.forward(demos, demoMask);
            EncoderStates encoded = main.encode(
                            plain.inputIds(), plain.attentionMask(), made.encoderPrefix(), made.updates())
                    .prepend(made.demonstrations());
            GenerationConfig greedy = GenerationConfig.of(10).withoutEos();
            long[] cached = main.generate(encoded, made.decoderPrefix(), made.updates(), greedy)
                    .toLongArray();
            assertThat(main.generate(encoded, made.decoderPrefix(), made.updates(), greedy.withoutCache())
                            .toLongArray())
                    .isEqualTo(cached);
            EncoderStates bare = main.encode(plain.inputIds(), plain.attentionMask(), null);
            assertThat(main.generate(bare, null, greedy).toLongArray())
                    .as("the adaptation matters")
                    .isNotEqualTo(cached);
        }
    }

    /** HyperTuning's states are compared in the same way, element by element and slot by slot. */
    @ParameterizedTest
    @EnumSource(names = {"CACHE", "HYPERTUNING"})
    void i8ConsistencyIsTheMeanSquaredDifference(Kind kind) {
        try (Hypernetwork hyper = kind.make(main);
                ConsistencyLoss loss = new ConsistencyLoss(BATCH)) {
            Tensor first = hyper.forward(demos, demoMask).states();
            assertThat(loss.share(first, 0)).isNull();
            loss.commit();
            Tensor other = TestHarts.ids(BATCH, 6);
            Tensor second = hyper.forward(other, demoMask).states();
            Tensor whole = loss.share(second, 0);
            Tensor expected = second.detach().sub(first.detach()).square().mean();
            assertThat(whole.item().doubleValue())
                    .isCloseTo(expected.item().doubleValue(), within(1e-14))
                    .isPositive();
            // Whatever rows a rank or a micro-batch has.
            double parts = 0;
            for (int row = 0; row < BATCH; row++) {
                parts += loss.share(second.narrow(0, row, 1), row).item().doubleValue();
            }
            assertThat(parts).isCloseTo(expected.item().doubleValue(), within(1e-14));
        }
    }

    @ParameterizedTest
    @EnumSource
    void i9NeitherPaddingNorCompanyNorOrderMatters(Kind kind) {
        try (Hypernetwork hyper = kind.make(main)) {
            Adaptation made = hyper.forward(demos, demoMask);
            Tensor together = logits(adapted(made).withFused(made.demonstrations()));
            int[] lengths = {6, 4, 2};
            for (int row = 0; row < BATCH; row++) {
                Tensor alone = demos.narrow(0, row, 1).narrow(1, 0, lengths[row]);
                Adaptation one = hyper.forward(alone, alone.ones_like());
                T5Input input = T5Input.of(
                                plain.inputIds().narrow(0, row, 1),
                                plain.attentionMask().narrow(0, row, 1),
                                null)
                        .withDecoderInput(plain.decoderInputIds().narrow(0, row, 1), null)
                        .withPrefixes(one.encoderPrefix(), one.decoderPrefix())
                        .withUpdates(one.updates())
                        .withFused(one.demonstrations());
                assertThat(Golden.relativeError(logits(input), together.narrow(0, row, 1)))
                        .as("row " + row)
                        .isLessThan(EXACT);
            }
            Tensor order = Tensor.of(new long[] {2, 0, 1}, BATCH);
            Tensor back = Tensor.of(new long[] {1, 2, 0}, BATCH);
            Adaptation turned = hyper.forward(demos.index_select(0, order), demoMask.index_select(0, order))
                    .rows(back);
            assertThat(Golden.relativeError(logits(adapted(turned).withFused(turned.demonstrations())), together))
                    .isLessThan(EXACT);
        }
    }

    /**
     * Work is counted as the multiplications of all linear layers in a step's forward pass, hypernetwork and main model
     * together; the backward pass does twice as many. Each layer more costs the same.
     */
    @ParameterizedTest
    @EnumSource(names = {"CACHE", "MARKOV"})
    void workGrowsLinearlyWithTheLayers(Kind kind) {
        List<Long> work = Arrays.stream(new int[] {3, 6, 9, 12})
                .mapToObj(layers -> work(kind, layers))
                .toList();
        long each = work.get(1) - work.get(0);
        assertThat(each).isPositive();
        assertThat(work.get(2) - work.get(1)).isEqualTo(each);
        assertThat(work.get(3) - work.get(2)).isEqualTo(each);
    }

    private long work(Kind kind, int layers) {
        start(layers, layers);
        AtomicLong multiplications = new AtomicLong();
        try (Hypernetwork hyper = kind.make(main)) {
            for (Module model : List.of(main, hyper)) {
                model.apply(part -> {
                    if (part instanceof Linear linear) {
                        linear.registerForwardHook((_, _, outputs) -> {
                            multiplications.addAndGet(outputs[0].numel() * linear.inFeatures());
                            return null;
                        });
                    }
                });
            }
            Adaptation made = hyper.forward(demos, demoMask);
            loss(adapted(made).withFused(made.demonstrations()));
        }
        return multiplications.get();
    }
}
