package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A small model learns, and forgets nothing it should free. */
class T5TrainingTest {
    private static final int STEPS = 60;

    @Test
    void learnsABatchByHeartAndLeavesNoTensorBehind() {
        Torch.manualSeed(3);
        long before = Scope.unclosedTensors();
        try (T5 model = new T5(TestModels.config().toBuilder().dropout(0.05).build());
                AdamW optimizer = new AdamW(model.parameters(), 3e-3, 0)) {
            LinearSchedule schedule = new LinearSchedule(optimizer, 5, STEPS);
            double first = 0;
            double last = 0;
            long baseline = -1;
            for (int step = 0; step < STEPS; step++) {
                Torch.manualSeed(step % 2);
                last = step(model, optimizer);
                schedule.step();
                first = step == 0 ? last : first;
                // State tensors are made at the first step; from then on nothing may grow.
                baseline = step == 0 ? Scope.unclosedTensors() : baseline;
                assertThat(Scope.unclosedTensors())
                        .as("live tensors after step " + step)
                        .isEqualTo(baseline);
            }
            assertThat(last).isLessThan(0.6 * first);
            assertThat(optimizer.groups().getFirst().lr()).isZero();
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    private static double step(T5 model, AdamW optimizer) {
        try (Scope _ = Scope.open()) {
            Tensor ids = TestModels.ids(8, 4);
            Tensor loss = model.forward(T5Input.of(ids, null, ids)).loss();
            loss.backward();
            Gradients.clipNorm_(model.parameters(), 1.0);
            optimizer.step();
            optimizer.zeroGrad();
            return loss.item().doubleValue();
        }
    }

    @Test
    void generationLeavesNoTensorBehind() {
        try (T5 model = TestModels.model()) {
            long before = Scope.unclosedTensors();
            try (Scope _ = Scope.open()) {
                T5Prefix prefix =
                        TestModels.prefix(model.config(), model.decoder().numLayers(), 2, 3);
                EncoderStates source = model.encode(TestModels.ids(2, 5), null, null);
                model.generate(source, prefix, GenerationConfig.of(6).withoutEos());
                model.generate(source, prefix, GenerationConfig.of(6).withoutCache());
            }
            assertThat(Scope.unclosedTensors()).isEqualTo(before);
        }
    }

    /** Gradients through a growing cache equal those of one pass; closing the cache first does no harm. */
    @Test
    void gradientsFlowThroughAGrowingCache() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            T5Stack decoder = model.decoder();
            EncoderStates source = new EncoderStates(Torch.randn(new long[] {2, 5, 32}, DType.FLOAT64), null);
            Tensor whole = Torch.randn(new long[] {2, 4, 32}, DType.FLOAT64).requiresGrad_(true);
            // Cubes: the sum of a normalized state's squares is all but constant, and its gradient all rounding.
            decoder.forward(StackInput.ofEmbeds(whole).withEncoder(source))
                    .lastHiddenState()
                    .pow(3)
                    .sum()
                    .backward();
            Tensor expected = whole.grad().clone();
            List<Tensor> expectedOfWeights = gradients(decoder);
            whole.setGrad(null);
            decoder.zeroGrad();

            Tensor loss = null;
            try (T5Cache cache = T5Cache.growing()) {
                for (int i = 0; i < 4; i++) {
                    Tensor state = decoder.forward(StackInput.ofEmbeds(whole.narrow(1, i, 1))
                                    .withEncoder(source)
                                    .withCache(cache))
                            .lastHiddenState();
                    Tensor part = state.pow(3).sum();
                    loss = loss == null ? part : loss.add(part);
                }
            }
            loss.backward();
            assertThat(Golden.relativeError(whole.grad(), expected)).isLessThan(1e-12);
            List<Tensor> actual = gradients(decoder);
            for (int i = 0; i < actual.size(); i++) {
                assertThat(Golden.relativeError(actual.get(i), expectedOfWeights.get(i)))
                        .isLessThan(1e-10);
            }
        }
    }

    private static List<Tensor> gradients(T5Stack stack) {
        return stack.parameters().stream()
                .map(Parameter::grad)
                .filter(grad -> grad != null)
                .map(Tensor::clone)
                .toList();
    }

    /** Two micro-batches of different length, each its sum over the common count, give the whole batch's gradients. */
    @Test
    void sumsOverTheGlobalCountAccumulateToTheMean() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            Tensor ids = TestModels.ids(4, 6);
            Tensor labels = TestModels.ids(4, 5);
            labels.narrow(0, 3, 1).narrow(1, 2, 3).fill_(CrossEntropy.IGNORE_INDEX);
            model.forward(T5Input.of(ids, null, labels)).loss().backward();
            List<Tensor> expected = gradients(model.encoder());
            model.zeroGrad();
            long count = CrossEntropy.count(labels, CrossEntropy.IGNORE_INDEX);
            assertThat(count).isEqualTo(17);
            for (int begin = 0; begin < 4; begin += 2) {
                Tensor part = labels.narrow(0, begin, 2);
                Tensor logits = model.forward(T5Input.of(ids.narrow(0, begin, 2), null, null)
                                .withDecoderInput(model.shiftRight(part), null))
                        .logits();
                CrossEntropy.sum(logits, part, CrossEntropy.IGNORE_INDEX)
                        .div(count)
                        .backward();
            }
            List<Tensor> actual = gradients(model.encoder());
            for (int i = 0; i < actual.size(); i++) {
                assertThat(Golden.relativeError(actual.get(i), expected.get(i))).isLessThan(1e-12);
            }
        }
    }

    /** With frozen position biases attention is libtorch's fused op, with trained ones our own: the same numbers. */
    @Test
    void fusedAndExplicitAttentionAgree() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            T5Input input = T5Input.of(TestModels.ids(3, 6), TestModels.mask(6, 6, 4, 2), TestModels.ids(3, 5))
                    .withPrefixes(
                            TestModels.prefix(model.config(), model.encoder().numLayers(), 3, 4),
                            TestModels.prefix(model.config(), model.decoder().numLayers(), 1, 4));
            T5Output explicit = model.forward(input);
            explicit.loss().backward();
            Map<String, Tensor> expected = new LinkedHashMap<>();
            model.namedParameters()
                    .forEach((name, p) -> expected.put(name, p.grad().clone()));
            model.zeroGrad();
            model.namedParameters().forEach((name, p) -> p.requiresGrad_(!name.contains("relative_attention_bias")));
            T5Output fused = model.forward(input);
            fused.loss().backward();
            assertThat(Golden.relativeError(fused.logits(), explicit.logits())).isBetween(Double.MIN_VALUE, 1e-12);
            model.namedParameters().forEach((name, parameter) -> {
                if (parameter.requiresGrad()) {
                    assertThat(Golden.relativeError(parameter.grad(), expected.get(name)))
                            .as(name)
                            .isLessThan(1e-11);
                }
            });
        }
    }

    @Test
    void dropoutActsInTrainingOnly() {
        try (Scope _ = Scope.open();
                T5 model = new T5(TestModels.config())) {
            T5Input input = T5Input.of(TestModels.ids(2, 5), null, TestModels.ids(2, 4));
            double first = model.forward(input).loss().item().doubleValue();
            assertThat(model.forward(input).loss().item().doubleValue()).isNotEqualTo(first);
            model.eval();
            first = model.forward(input).loss().item().doubleValue();
            assertThat(model.forward(input).loss().item().doubleValue()).isEqualTo(first);
        }
    }
}
