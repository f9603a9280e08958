package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Linear;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** LoRA and adapters that a hypernetwork made: they travel with the input, each example may have its own. */
class GeneratedUpdatesTest {
    private static final int BATCH = 3;

    /** A batch of examples with weights of their own gives what each gives alone, and so do all gradients. */
    @Test
    void everyExampleHasItsOwnLora() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            model.requiresGrad_(false);
            T5Input input = SmallT5.input(BATCH);
            Map<String, LoraUpdate> all = SmallT5.loras(model, BATCH, 2);
            Tensor together = model.forward(input.withUpdates(ModuleUpdates.of(model, all)))
                    .logits();
            together.pow(3).sum().backward();
            for (int row = 0; row < BATCH; row++) {
                Map<String, LoraUpdate> own = SmallT5.row(all, row);
                Tensor alone = model.forward(rowOf(input, row).withUpdates(ModuleUpdates.of(model, own)))
                        .logits();
                assertThat(difference(together.narrow(0, row, 1), alone)).isLessThan(1e-12);
                alone.pow(3).sum().backward();
                int index = row;
                own.forEach((name, update) -> {
                    LoraUpdate whole = all.get(name);
                    assertThat(difference(
                                    whole.a().grad().select(0, index),
                                    update.a().grad()))
                            .as(name)
                            .isLessThan(1e-10);
                    assertThat(difference(
                                    whole.b().grad().select(0, index),
                                    update.b().grad()))
                            .as(name)
                            .isLessThan(1e-10);
                });
            }
            assertThat(difference(together, model.forward(input).logits())).isGreaterThan(1e-3);
        }
    }

    private static T5Input rowOf(T5Input input, int row) {
        return T5Input.of(
                input.inputIds().narrow(0, row, 1), null, input.labels().narrow(0, row, 1));
    }

    /** HINT's set: parallel adapters on the feed-forwards, each example its own, biases too. */
    @Test
    void everyExampleHasItsOwnAdapter() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            T5Input input = SmallT5.input(BATCH);
            Map<String, AdapterUpdate> all = new LinkedHashMap<>();
            AdapterConfig config = AdapterConfig.parallel(4);
            SmallT5.names(model, "DenseReluDense")
                    .forEach(name -> all.put(name, config.update(random(4, 32), random(4), random(32, 4), random(32))));
            assertThat(all).hasSize(4);
            ModuleUpdates updates = ModuleUpdates.of(model, all);
            Tensor together = model.forward(input.withUpdates(updates)).logits();
            for (int row = 0; row < BATCH; row++) {
                ModuleUpdates own = updates.rows(Tensor.of(new long[] {row}, 1));
                Tensor alone = model.forward(rowOf(input, row).withUpdates(own)).logits();
                assertThat(difference(together.narrow(0, row, 1), alone)).isLessThan(1e-12);
            }
            assertThat(difference(together, model.forward(input).logits())).isGreaterThan(1e-3);
        }
    }

    private static Tensor random(long... shape) {
        long[] batched = new long[shape.length + 1];
        batched[0] = BATCH;
        System.arraycopy(shape, 0, batched, 1, shape.length);
        return Torch.randn(batched, DType.FLOAT64);
    }

    /** What GradientWorkers do: one model, several threads, another update in each call. */
    @Test
    void callsSideBySideDoNotMix() throws Exception {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT64);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            model.requiresGrad_(false);
            T5Input input = SmallT5.input(BATCH);
            List<Tensor> shared = new ArrayList<>(List.of(input.inputIds(), input.labels()));
            List<Map<String, LoraUpdate>> each = new ArrayList<>();
            List<double[]> expected = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                each.add(SmallT5.loras(model, i % 2 == 0 ? BATCH : 0, 2));
                each.get(i).values().forEach(update -> shared.addAll(update.tensors()));
                expected.add(gradients(model, input, each.get(i)));
            }
            shared.forEach(Tensor::unscoped);
            List<Future<double[]>> results = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Map<String, LoraUpdate> updates = each.get(i % 4);
                results.add(threads.submit(() -> gradients(model, input, updates)));
            }
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo(expected.get(i % 4));
            }
            shared.forEach(Tensor::close);
        }
    }

    private static double[] gradients(T5 model, T5Input input, Map<String, LoraUpdate> updates) {
        try (Scope _ = Scope.open()) {
            Tensor loss = model.forward(input.withUpdates(ModuleUpdates.of(model, updates)))
                    .loss();
            Tensor[] inputs = updates.values().stream().map(LoraUpdate::b).toArray(Tensor[]::new);
            Tensor[] gradients = Autograd.grad(loss, inputs);
            Tensor[] flat = java.util.Arrays.stream(gradients)
                    .map(gradient -> gradient.reshape(-1))
                    .toArray(Tensor[]::new);
            return Torch.cat(flat, 0).toDoubleArray();
        }
    }

    /** Finite differences, in both forms and for every weight, on one layer. */
    @Test
    void adapterGradientsAreRight() {
        Torch.manualSeed(4);
        for (boolean parallel : new boolean[] {false, true}) {
            try (Scope _ = Scope.open();
                    Linear layer = new Linear(5, 6, true, DType.FLOAT64)) {
                Tensor x = Torch.randn(new long[] {2, 3, 5}, DType.FLOAT64);
                Tensor[] weights = {
                    Torch.randn(new long[] {2, 4, parallel ? 5 : 6}, DType.FLOAT64)
                            .requiresGrad_(true),
                    Torch.randn(new long[] {2, 4}, DType.FLOAT64).requiresGrad_(true),
                    Torch.randn(new long[] {2, 6, 4}, DType.FLOAT64).requiresGrad_(true),
                    Torch.randn(new long[] {6}, DType.FLOAT64).requiresGrad_(true)
                };
                ModuleUpdate update =
                        new AdapterUpdate(weights[0], weights[1], weights[2], weights[3], Tensor::tanh, parallel, 0.7);
                ModuleUpdates updates = ModuleUpdates.of(new Holder(layer), Map.of("layer", update));
                Tensor[] gradients = Autograd.grad(loss(layer, x, updates), weights);
                for (int i = 0; i < weights.length; i++) {
                    double[] numeric = new double[(int) weights[i].numel()];
                    for (int j = 0; j < numeric.length; j++) {
                        numeric[j] = (shifted(layer, x, updates, weights[i], j, 1e-5)
                                        - shifted(layer, x, updates, weights[i], j, -1e-5))
                                / 2e-5;
                    }
                    Tensor expected = Tensor.of(numeric, weights[i].shape());
                    assertThat(difference(gradients[i], expected))
                            .as("weight " + i + ", parallel " + parallel)
                            .isLessThan(1e-7);
                }
            }
        }
    }

    private static Tensor loss(Linear layer, Tensor x, ModuleUpdates updates) {
        return layer.forward(x, updates).pow(3).sum();
    }

    private static double shifted(Linear layer, Tensor x, ModuleUpdates updates, Tensor weight, int at, double by) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor element = weight.view(-1).narrow(0, at, 1);
            element.add_(by);
            double loss = loss(layer, x, updates).item().doubleValue();
            element.sub_(by);
            return loss;
        }
    }

    /** Gives a layer a name. */
    private static final class Holder extends dev.gatun.nn.Module {
        Holder(Linear layer) {
            registerModule("layer", layer);
        }
    }

    /** One task's update serves code that knows nothing of updates, such as generation, and leaves the model as it was. */
    @Test
    void aSharedUpdateIsAttachedForAWhile() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            ModuleUpdates updates = ModuleUpdates.of(model, SmallT5.loras(model, 0, 2));
            T5Input input = SmallT5.input(BATCH);
            Tensor plain = model.forward(input).logits();
            Tensor travelling = model.forward(input.withUpdates(updates)).logits();
            long before = Scope.unclosedTensors();
            try (Scope _ = Scope.open();
                    ModuleUpdates.Attached _ = updates.attach()) {
                assertThat(difference(model.forward(input).logits(), travelling))
                        .isZero();
                EncoderStates source = model.encode(input.inputIds(), null, null);
                GenerationConfig cached = GenerationConfig.of(6).withoutEos();
                assertThat(model.generate(source, null, cached).toLongArray())
                        .isEqualTo(model.generate(source, null, cached.withoutCache())
                                .toLongArray());
                assertThatThrownBy(updates::attach)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("already has an update");
            }
            assertThat(Scope.unclosedTensors()).isEqualTo(before);
            assertThat(difference(model.forward(input).logits(), plain)).isZero();
            assertThatThrownBy(() -> ModuleUpdates.of(model, SmallT5.loras(model, BATCH, 2))
                            .attach())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("withUpdates");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT64)) {
            Tensor a = Torch.zeros(new long[] {2, 32}, DType.FLOAT64);
            Tensor b = Torch.zeros(new long[] {32, 2}, DType.FLOAT64);
            LoraUpdate update = new LoraUpdate(a, b, 1);
            assertThatThrownBy(() -> ModuleUpdates.of(model, Map.of("encoder.q", update)))
                    .hasMessageContaining("'encoder.q' is no module");
            assertThatThrownBy(() -> ModuleUpdates.of(model, Map.of("shared", update)))
                    .hasMessageContaining("'shared' is Embedding");
            assertThatThrownBy(() -> new LoraUpdate(a, a, 1)).hasMessageContaining("[2, 32] and [2, 32]");
            assertThatThrownBy(() -> new AdapterUpdate(a, b, b, null, Tensor::relu, true, 1))
                    .hasMessageContaining("bias of down");
            ModuleUpdates four = ModuleUpdates.of(model, SmallT5.loras(model, 4, 2));
            assertThatThrownBy(() -> model.forward(SmallT5.input(BATCH).withUpdates(four)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("weights for 4 examples");
        }
    }

    /** A block that is computed again in the backward pass gives the updates the gradients they have without. */
    @Test
    void checkpointedBlocksPassGradientsOn() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            model.requiresGrad_(false);
            T5Input input = SmallT5.input(BATCH);
            Map<String, LoraUpdate> loras = SmallT5.loras(model, BATCH, 2);
            double[] plain = gradients(model, input, loras);
            model.checkpointing(true);
            assertThat(gradients(model, input, loras))
                    .containsExactly(plain, org.assertj.core.api.Assertions.within(1e-12));
        }
    }
}
