package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Golden;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.Test;

/** Trainable updates laid over a frozen model. */
class LoraTest {
    private static void fill(Lora lora, double std) {
        lora.parameters().forEach(parameter -> Init.normal_(parameter, std));
    }

    @Test
    void aNewOneChangesNothingAndOwnsOnlyItsOwn() {
        long before = Scope.unclosedTensors();
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            T5Input input = SmallT5.input(2);
            // With trained position biases attention takes another path, whose rounding differs.
            model.requiresGrad_(false);
            Tensor plain = model.forward(input).logits();
            var names = model.stateDict().keySet();
            try (Lora lora = Lora.attach(model, LoraConfig.of(3, 6))) {
                assertThat(difference(model.forward(input).logits(), plain)).isZero();
                assertThat(model.stateDict().keySet()).isEqualTo(names);
                assertThat(lora.layers()).hasSize(2 * (2 + 2 * 2));
                assertThat(lora.stateDict().keySet())
                        .hasSize(24)
                        .contains(
                                "encoder.block.0.layer.0.SelfAttention.q.lora_A.weight",
                                "decoder.block.1.layer.1.EncDecAttention.v.lora_B.weight");
                assertThat(lora.numTrainableParameters()).isEqualTo(12 * 3 * (32 + 32));
                assertThat(model.numTrainableParameters()).isZero();
                fill(lora, 1);
                assertThat(difference(model.forward(input).logits(), plain)).isGreaterThan(1e-3);
                lora.detach();
                assertThat(difference(model.forward(input).logits(), plain)).isZero();
                lora.attach();
                assertThatThrownBy(() -> Lora.attach(model, LoraConfig.defaults()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("SelfAttention.q' already has an update");
            }
            assertThat(difference(model.forward(input).logits(), plain)).isZero();
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    @Test
    void targetsFollowPeftsRule() {
        TargetModules ends = TargetModules.named("q", "SelfAttention.v");
        assertThat(ends.matches("encoder.block.0.layer.0.SelfAttention.q")).isTrue();
        assertThat(ends.matches("encoder.block.0.layer.0.SelfAttention.v")).isTrue();
        assertThat(ends.matches("decoder.block.0.layer.1.EncDecAttention.v")).isFalse();
        assertThat(ends.matches("q")).isTrue();
        assertThat(ends.matches("eq")).isFalse();
        TargetModules regex = TargetModules.matching(".*decoder.*\\.(wi_0|wo)");
        assertThat(regex.matches("decoder.block.0.layer.2.DenseReluDense.wi_0")).isTrue();
        assertThat(regex.matches("decoder.block.0.layer.2.DenseReluDense.wi_0.x"))
                .isFalse();
        try (T5 model = SmallT5.model(1, DType.FLOAT32)) {
            LoraConfig none = LoraConfig.defaults().withTargets(TargetModules.named("query"));
            assertThatThrownBy(() -> Lora.attach(model, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[query]");
            assertThat(model.numTrainableParameters()).isEqualTo(model.numParameters());
        }
    }

    @Test
    void rankStabilizedUpdatesShrinkByTheRootOfTheRank() {
        assertThat(LoraConfig.of(4, 16).scaling()).isEqualTo(4);
        assertThat(LoraConfig.of(4, 16).withRankStabilized().scaling()).isEqualTo(8);
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT64);
                Lora lora = Lora.attach(model, LoraConfig.of(4, 16).withRankStabilized())) {
            fill(lora, 1);
            LoraLayer layer = lora.layers().get("encoder.block.0.layer.0.SelfAttention.q");
            Tensor expected = layer.loraB()
                    .weight()
                    .get()
                    .mm(layer.loraA().weight().get())
                    .mul(8);
            assertThat(difference(layer.delta(), expected)).isZero();
        }
    }

    @Test
    void dropoutActsOnlyWhileBothAreTraining() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT64);
                Lora lora = Lora.attach(model, LoraConfig.of(4, 4).withDropout(0.5))) {
            fill(lora, 1);
            Linear q = (Linear) model.namedModules().get("encoder.block.0.layer.0.SelfAttention.q");
            Tensor x = Torch.randn(new long[] {2, 3, 32}, DType.FLOAT64);
            Tensor exact = q.forward(x);
            assertThat(difference(q.forward(x), exact)).isZero();
            model.train();
            assertThat(difference(q.forward(x), exact)).isGreaterThan(1e-3);
            // On average nothing changes.
            Tensor sum = Torch.zeros(new long[] {2, 3, 32}, DType.FLOAT64);
            for (int i = 0; i < 2000; i++) {
                try (Tensor one = q.forward(x)) {
                    sum.add_(one);
                }
            }
            assertThat(difference(sum.div(2000), exact)).isLessThan(0.1);
            lora.eval();
            assertThat(difference(q.forward(x), exact)).isZero();
        }
    }

    @Test
    void aTiedWeightIsNotMergedInto() {
        try (Scope _ = Scope.open();
                T5 model = T5.fromPretrained(Golden.path("t5_v10_tied"));
                Lora lora =
                        Lora.attach(model, LoraConfig.defaults().withTargets(TargetModules.named("q", "lm_head")))) {
            assertThatThrownBy(lora::merge)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'lm_head' is tied to that of 'shared'");
            assertThat(lora.isMerged()).isFalse();
        }
    }

    @Test
    void mergedUpdatesOutliveTheLora() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            T5Input input = SmallT5.input(2);
            Tensor expected;
            try (Lora lora = Lora.attach(model, LoraConfig.of(2, 2))) {
                fill(lora, 0.3);
                expected = model.forward(input).logits();
                lora.merge();
            }
            assertThat(difference(model.forward(input).logits(), expected)).isLessThan(1e-13);
        }
    }

    /** A bfloat16 model has float32 updates, as in PEFT, and their gradients. */
    @Test
    void halfPrecisionModelsGetFloat32Updates() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.BFLOAT16);
                Lora lora = Lora.attach(model, LoraConfig.of(2, 2))) {
            fill(lora, 0.3);
            T5Input input = SmallT5.input(2);
            Tensor logits = model.forward(input).logits();
            assertThat(logits.dtype()).isEqualTo(DType.BFLOAT16);
            model.forward(input).loss().backward();
            assertThat(lora.parameters())
                    .allSatisfy(
                            parameter -> assertThat(parameter.grad().dtype()).isEqualTo(DType.FLOAT32));
            lora.merge();
            assertThat(difference(model.forward(input).logits(), logits)).isLessThan(0.03);
        }
    }
}
