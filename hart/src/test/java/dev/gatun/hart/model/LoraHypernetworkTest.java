package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.Golden;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.peft.LoraUpdate;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hypernetworks that write LoRAs, alone or beside prefixes. */
class LoraHypernetworkTest {
    private static final int BATCH = 3;
    private static final int RANK = 2;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private T5 main;
    private Tensor ids;
    private Tensor mask;
    private T5Input plain;

    @BeforeEach
    void open() {
        scope = Scope.open();
        main = TestHarts.main(2, 3);
        main.requiresGrad_(false);
        Torch.manualSeed(8);
        ids = TestHarts.ids(BATCH, 6);
        mask = TestHarts.mask(6, 6, 4, 2);
        plain = T5Input.of(TestHarts.ids(BATCH, 5), TestHarts.mask(5, 5, 3, 1), null)
                .withDecoderInput(TestHarts.ids(BATCH, 4), null);
    }

    @AfterEach
    void close() {
        main.close();
        scope.close();
    }

    private Hypernetwork hyper(Generator generator, Outputs outputs, String... targets) {
        HyperConfig config = HyperConfig.builder(main.config())
                .decoderLayers(2)
                .generator(generator)
                .outputs(outputs)
                .prefix(3)
                .loraRank(RANK)
                .loraTargets(List.of(targets))
                .build();
        return TestHarts.hyper(config).adapts(main);
    }

    /** Makes B other than zero, as training would. */
    private static void learnt(Hypernetwork hyper) {
        hyper.namedParameters().forEach((name, parameter) -> {
            if (name.startsWith("loras.") && name.contains(".b.layers.") && name.contains("linear2")) {
                Init.normal_(parameter, 1);
            }
        });
    }

    private Tensor logits(T5Input input) {
        return main.forward(input).logits();
    }

    private T5Input adapted(Adaptation made) {
        return plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix()).withUpdates(made.updates());
    }

    @ParameterizedTest
    @EnumSource(Generator.class)
    void aNewOneChangesNothingAndALearntOneDoes(Generator generator) {
        try (Hypernetwork hyper = hyper(generator, Outputs.LORAS, "q", "v")) {
            Tensor expected = logits(plain);
            Adaptation made = hyper.forward(ids, mask);
            assertThat(made.encoderPrefix()).isNull();
            assertThat(made.decoderPrefix()).isNull();
            assertThat(Golden.relativeError(logits(adapted(made)), expected)).isLessThan(EXACT);
            learnt(hyper);
            assertThat(Golden.relativeError(logits(adapted(hyper.forward(ids, mask))), expected))
                    .isGreaterThan(1e-3);
        }
    }

    @Test
    void everyAttentionGetsOneForEachTarget() {
        try (Hypernetwork hyper = hyper(Generator.HART, Outputs.LORAS, "q", "k", "v", "o")) {
            Map<String, ModuleUpdate> updates =
                    hyper.forward(ids, mask).updates().byName();
            assertThat(updates).hasSize(4 * (2 + 3 + 3));
            assertThat(updates.keySet())
                    .contains("encoder.block.1.layer.0.SelfAttention.q", "decoder.block.2.layer.0.SelfAttention.o")
                    .contains("decoder.block.2.layer.1.EncDecAttention.k");
            assertThat(updates.values()).allSatisfy(update -> {
                LoraUpdate lora = (LoraUpdate) update;
                assertThat(lora.a().shape()).containsExactly(BATCH, RANK, 16);
                assertThat(lora.b().shape()).containsExactly(BATCH, 16, RANK);
                // About as large as an ordinary LoRA's A, whose entries are within 1/sqrt(16).
                assertThat(lora.a().square().mean().sqrt().item().doubleValue()).isBetween(0.02, 0.25);
                assertThat(lora.b().abs().max().item().doubleValue()).isZero();
            });
        }
    }

    /** By hand: its weights are the model's with scaling 1 times B A added. */
    @Test
    void anUpdateIsTheProductOfItsFactors() {
        try (Hypernetwork hyper = hyper(Generator.HYPERTUNING, Outputs.LORAS, "q", "v")) {
            learnt(hyper);
            Tensor one = ids.narrow(0, 0, 1);
            Adaptation made = hyper.forward(one, one.ones_like());
            T5Input input = T5Input.of(one, null, null).withDecoderInput(one, null);
            Tensor expected = logits(input.withUpdates(made.updates())).detach();
            made.updates().byName().forEach((name, update) -> {
                LoraUpdate lora = (LoraUpdate) update;
                Linear changed = (Linear) main.namedModules().get(name);
                changed.weight()
                        .get()
                        .add_(lora.b()
                                .select(0, 0)
                                .matmul(lora.a().select(0, 0))
                                .detach());
            });
            assertThat(Golden.relativeError(logits(input), expected)).isLessThan(1e-10);
        }
    }

    @ParameterizedTest
    @EnumSource(Generator.class)
    void examplesKeepTheirOwn(Generator generator) {
        try (Hypernetwork hyper = hyper(generator, Outputs.BOTH, "q", "v")) {
            learnt(hyper);
            Adaptation made = hyper.forward(ids, mask);
            Tensor together = logits(adapted(made));
            Tensor order = Tensor.of(new long[] {2, 0, 1}, BATCH);
            Adaptation turned = hyper.forward(ids.index_select(0, order), mask.index_select(0, order));
            Tensor back = Tensor.of(new long[] {1, 2, 0}, BATCH);
            assertThat(Golden.relativeError(logits(adapted(turned.rows(back))), together))
                    .isLessThan(EXACT);
            assertThat(Golden.relativeError(logits(adapted(turned)), together)).isGreaterThan(1e-3);
            assertThat(Golden.relativeError(logits(adapted(made.withoutUpdates())), together))
                    .isGreaterThan(1e-3);
            assertThat(Golden.relativeError(logits(adapted(made.withoutPrefixes())), together))
                    .isGreaterThan(1e-3);
        }
    }

    /** While B is zero only its last projections learn, as with any LoRA; then everything. */
    @Test
    void gradientsReachAllHeadsOnceBIsNotZero() {
        try (Hypernetwork hyper = hyper(Generator.HART, Outputs.LORAS, "q", "v")) {
            logits(adapted(hyper.forward(ids, mask))).square().mean().backward();
            hyper.namedParameters().forEach((name, parameter) -> {
                boolean ofB = name.startsWith("loras.") && name.contains(".b.layers.") && name.contains("linear2");
                assertThat(largest(parameter.grad()) > 0).as(name).isEqualTo(ofB);
            });
            hyper.zeroGrad();
            learnt(hyper);
            logits(adapted(hyper.forward(ids, mask))).square().mean().backward();
            hyper.namedParameters()
                    .forEach((name, parameter) ->
                            assertThat(largest(parameter.grad())).as(name).isGreaterThan(0));
            assertThat(main.parameters()).allMatch(parameter -> parameter.grad() == null);
        }
    }

    private static double largest(Tensor grad) {
        return grad == null ? 0 : grad.abs().max().item().doubleValue();
    }

    /** Rows of HyperTuning's factors come from states of their own: the encoder's from the first, the decoder's from the last. */
    @Test
    void hyperTuningMakesEachRowFromAState() {
        try (Hypernetwork hyper = hyper(Generator.HYPERTUNING, Outputs.BOTH, "q")) {
            LoraHeads heads = new LoraHeads(hyper.config(), DType.FLOAT64);
            Tensor states = Torch.randn(new long[] {1, 6, 16}, DType.FLOAT64);
            Tensor changed = states.clone();
            changed.narrow(1, 1, 1).add_(1.0);
            Map<String, LoraUpdate> before = heads.forward(HeadInput.of(Generator.HYPERTUNING, states));
            Map<String, LoraUpdate> after = heads.forward(HeadInput.of(Generator.HYPERTUNING, changed));
            before.forEach((name, lora) -> {
                Tensor difference = lora.a().sub(after.get(name).a()).abs();
                assertThat(difference.select(1, 0).max().item().doubleValue()).isZero();
                assertThat(difference.select(1, 1).max().item().doubleValue() > 0)
                        .as(name)
                        .isEqualTo(name.startsWith("encoder"));
            });
            heads.close();
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        HyperConfig.Builder builder = HyperConfig.builder(main.config()).outputs(Outputs.LORAS);
        try (Hypernetwork hyper = new Hypernetwork(builder.decoderLayers(1).build(), DType.FLOAT64)) {
            assertThatThrownBy(() -> hyper.forward(ids, mask))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("adapts(model)");
        }
        assertThatThrownBy(() -> builder.loraTargets(List.of("q", "wo")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[q, k, v, o], not [q, wo]");
        assertThatThrownBy(() -> builder.loraTargets(List.of("q"))
                        .generator(Generator.HYPERTUNING)
                        .queries(8)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 rows need as many queries, not 8");
    }
}
