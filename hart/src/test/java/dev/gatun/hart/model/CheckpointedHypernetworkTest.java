package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.Golden;
import dev.gatun.nn.Module;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks that are run again in the backward pass, with dropout, of hypernetwork and main model: the same gradients. */
class CheckpointedHypernetworkTest {
    private static final T5Config CONFIG =
            TestHarts.config(2, 3).toBuilder().dropout(0.2).build();

    @ParameterizedTest
    @EnumSource(names = {"CACHE", "HART_BOTH", "HYPERTUNING_LORAS"})
    void ofHypernetworks(InvariantsTest.Kind kind) {
        try (Scope _ = Scope.open();
                T5 main = new T5(CONFIG, DType.FLOAT64);
                Hypernetwork hyper = kind.make(main)) {
            main.requiresGrad_(false);
            hyper.train();
            compare(main, hyper, hyper);
        }
    }

    @Test
    void ofHint() {
        try (Scope _ = Scope.open();
                Hint hint = new Hint(new T5(CONFIG, DType.FLOAT64), new HintConfig(CONFIG, 2, 4), DType.FLOAT64)) {
            compare(hint.main(), hint, hint);
        }
    }

    private static void compare(T5 main, AdaptationSource source, Module trained) {
        Map<String, Tensor> expected = gradients(main, source, trained, 4);
        Map<String, Tensor> others = gradients(main, source, trained, 5);
        main.checkpointing(true);
        trained.checkpointing(true);
        assertThat(trained.isCheckpointing()).isTrue();
        Map<String, Tensor> again = gradients(main, source, trained, 4);
        expected.forEach((name, gradient) -> assertThat(Golden.relativeError(again.get(name), gradient))
                .as(name)
                .isLessThan(1e-10));
        // Dropout acted: another seed gives others.
        String z = expected.keySet().iterator().next();
        assertThat(Golden.relativeError(others.get(z), expected.get(z))).isGreaterThan(1e-3);
    }

    private static Map<String, Tensor> gradients(T5 main, AdaptationSource source, Module trained, long seed) {
        Torch.manualSeed(2);
        Tensor ids = TestHarts.ids(2, 6);
        T5Input plain = T5Input.of(TestHarts.ids(2, 5), null, TestHarts.ids(2, 4));
        Torch.manualSeed(seed);
        Adaptation made = source.forward(ids, ids.ones_like());
        main.loss(plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix())
                        .withUpdates(made.updates())
                        .withFused(made.demonstrations()))
                .backward();
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        trained.namedParameters()
                .forEach((name, parameter) ->
                        gradients.put(name, parameter.grad().clone()));
        trained.zeroGrad();
        return gradients;
    }
}
