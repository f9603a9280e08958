package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Module;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A frozen T5 learns a task through each of its attachments: to write the source backwards. */
class TuningTest {
    private static final int STEPS = 60;
    private static final int LENGTH = 4;

    private static T5Input example(int batch) {
        Tensor ids = SmallT5.ids(batch, LENGTH);
        return T5Input.of(ids, null, ids.flip(1));
    }

    /** Trains {@code tuned} and demands that the loss falls, the model stays to the bit, and no tensor is left behind. */
    private static void learns(T5 model, Module tuned, double lr, double factor, UnaryOperator<T5Input> with) {
        Map<String, float[]> before = numbers(model);
        try (AdamW adamw = new AdamW(tuned.parameters(), lr, 0)) {
            double first = 0;
            double last = 0;
            long baseline = -1;
            for (int step = 0; step < STEPS; step++) {
                Torch.manualSeed(step % 3);
                try (Scope _ = Scope.open()) {
                    Tensor loss = model.forward(with.apply(example(8))).loss();
                    loss.backward();
                    adamw.step();
                    adamw.zeroGrad();
                    last = loss.item().doubleValue();
                }
                first = step == 0 ? last : first;
                baseline = step == 0 ? Scope.unclosedTensors() : baseline;
                assertThat(Scope.unclosedTensors())
                        .as("live tensors after step " + step)
                        .isEqualTo(baseline);
            }
            assertThat(last).as("loss, from " + first).isLessThan(factor * first);
        }
        Map<String, float[]> after = numbers(model);
        before.forEach((name, values) -> assertThat(after.get(name)).as(name).isEqualTo(values));
        assertThat(model.parameters())
                .allSatisfy(parameter -> assertThat(parameter.grad()).isNull());
    }

    private static Map<String, float[]> numbers(T5 model) {
        Map<String, float[]> numbers = new LinkedHashMap<>();
        model.stateDict().forEach((name, tensor) -> numbers.put(name, tensor.toFloatArray()));
        return numbers;
    }

    @Test
    void throughLora() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT32);
                Lora lora = Lora.attach(model, LoraConfig.of(8, 16))) {
            learns(model, lora, 1e-2, 0.8, input -> input);
            T5Input input = example(4);
            Tensor unmerged = model.forward(input).logits();
            lora.merge();
            assertThat(difference(model.forward(input).logits(), unmerged)).isLessThan(5e-6);
            lora.unmerge();
            assertThat(difference(model.forward(input).logits(), unmerged)).isLessThan(5e-6);
            assertThat(lora.numTrainableParameters()).isLessThan(model.numParameters() / 4);
        }
    }

    @Test
    void throughAdapters() {
        for (AdapterConfig config : new AdapterConfig[] {
            AdapterConfig.houlsby(8),
            AdapterConfig.pfeiffer(8),
            AdapterConfig.parallel(8).withScaling(2)
        }) {
            try (Scope _ = Scope.open();
                    T5 model = SmallT5.model(2, DType.FLOAT32);
                    Adapters adapters = Adapters.attach(model, config)) {
                learns(model, adapters, 1e-2, 0.8, input -> input);
            }
        }
    }

    @Test
    void throughPrefixes() {
        for (PrefixConfig config :
                new PrefixConfig[] {PrefixConfig.of(6), PrefixConfig.of(6).reparameterised(32), PrefixConfig.peft(6)}) {
            try (Scope _ = Scope.open();
                    T5 model = SmallT5.model(2, DType.FLOAT32);
                    PrefixTuning tuning = PrefixTuning.of(model, config)) {
                learns(model, tuning, 3e-2, 0.9, tuning::on);
                T5Input input = example(4);
                try (PrefixTuning folded = tuning.folded()) {
                    assertThat(difference(
                                    model.forward(folded.on(input)).logits(),
                                    model.forward(tuning.on(input)).logits()))
                            .isLessThan(1e-6);
                }
            }
        }
    }

    /** Of the modules that have one, and of the fewest numbers: what a state dict of adapters holds. */
    @Test
    void adaptersStartAsNothingAndGoWhereTheyAreSaid() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            model.requiresGrad_(false);
            T5Input input = example(3);
            Tensor plain = model.forward(input).logits();
            places(model, AdapterConfig.houlsby(5), 4 + 2 + 4);
            places(model, AdapterConfig.pfeiffer(5), 4);
            try (Adapters adapters = Adapters.attach(model, AdapterConfig.parallel(5))) {
                assertThat(difference(model.forward(input).logits(), plain)).isZero();
                assertThat(adapters.stateDict().keySet())
                        .hasSize(4 * 4)
                        .contains("decoder.block.1.layer.2.DenseReluDense.up.weight");
                assertThat(adapters.numTrainableParameters()).isEqualTo(4 * (5 * 32 + 5 + 32 * 5 + 32));
                adapters.parameters().forEach(parameter -> dev.gatun.nn.Init.normal_(parameter, 1));
                assertThat(difference(model.forward(input).logits(), plain)).isGreaterThan(1e-3);
                adapters.detach();
                assertThat(difference(model.forward(input).logits(), plain)).isZero();
            }
        }
    }

    private static void places(T5 model, AdapterConfig config, int count) {
        try (Adapters adapters = Adapters.attach(model, config)) {
            assertThat(adapters.layers()).hasSize(count);
        }
    }
}
