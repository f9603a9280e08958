package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.Batch;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Memory;
import dev.gatun.hart.model.TestHarts;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets a gradient (specification 10.5): all of the hypernetwork, nothing of the main model. */
class FrozenMainTest {
    private static final int BATCH = 3;

    private Scope scope;
    private T5 main;

    @BeforeEach
    void open() {
        scope = Scope.open();
        main = TestHarts.main(2, 2);
    }

    @AfterEach
    void close() {
        main.close();
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void theHypernetworkLearnsAndTheMainModelDoesNot(Memory memory) throws Exception {
        String before = hash(main);
        try (Hypernetwork hyper = TestHarts.hyper(main, memory, false);
                HyperObjective objective = new HyperObjective(main, hyper, true, 10, BATCH)) {
            for (int step = 0; step < 2; step++) {
                Batch batch = TinyTraining.batch(step, 0, BATCH);
                objective.share(batch, 0, batch.targetTokens()).total().backward();
                objective.stepped();
            }
            assertThat(main.parameters()).allMatch(parameter -> parameter.grad() == null && !parameter.requiresGrad());
            assertThat(hash(main)).isEqualTo(before);
            hyper.namedParameters()
                    .forEach((name, parameter) ->
                            assertThat(largest(parameter)).as(name).isGreaterThan(1e-12));
            assertThat(hyper.namedParameters().keySet())
                    .contains("hypernet.z")
                    .filteredOn(name -> name.endsWith("linear2.weight"))
                    .hasSize(2 * (2 + 2));
        }
    }

    /** Then nothing that it writes reaches the loss. */
    @Test
    void withoutFusionPrefixesAndConsistencyNothingIsLearnt() {
        try (Hypernetwork hyper = TestHarts.hyper(main, Memory.CACHE, false)) {
            main.requiresGrad_(false);
            Batch batch = TinyTraining.batch(0, 0, BATCH);
            Tensor labels = Tensors.of(batch.labels());
            Adaptation made = hyper.forward(Tensors.of(batch.hyperIds()), Tensors.of(batch.hyperMask()));
            T5Input input = T5Input.of(Tensors.of(batch.mainIds()), Tensors.of(batch.mainMask()), null)
                    .withDecoderInput(main.shiftRight(labels), null);
            loss(input.withPrefixes(closed(made.encoderPrefix()), closed(made.decoderPrefix())), labels)
                    .backward(null, true, false);
            assertThat(hyper.parameters()).allMatch(parameter -> largest(parameter) == 0);
            loss(input.withPrefixes(made.encoderPrefix(), made.decoderPrefix()), labels)
                    .backward();
            assertThat(hyper.parameters()).allMatch(parameter -> largest(parameter) > 0);
        }
    }

    private Tensor loss(T5Input input, Tensor labels) {
        return CrossEntropy.mean(main.forward(input).logits(), labels, Batch.IGNORED);
    }

    private static T5Prefix closed(T5Prefix prefix) {
        return new T5Prefix(prefix.layers(), Torch.zeros(new long[] {BATCH, prefix.length()}, DType.BOOL));
    }

    private static double largest(Parameter parameter) {
        Tensor grad = parameter.grad();
        return grad == null ? 0 : grad.abs().max().item().doubleValue();
    }

    private static String hash(Module model) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Tensor tensor : model.stateDict().values()) {
            for (double value : tensor.toDoubleArray()) {
                digest.update(Double.toString(value).getBytes());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
