package dev.gatun.apps.bench.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.t5.T5Config;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The C++ program that Gatun's T5 is timed against trains the same model in the same way. */
class CppT5Test {
    @ParameterizedTest
    @EnumSource(
            value = T5Row.Kind.class,
            names = {"TRAIN", "FROZEN"})
    void learnsAsGatunDoes(T5Row.Kind kind) {
        T5Row row = new T5Row(kind, T5Size.MINI);
        T5Config config = T5Size.MINI.config().toBuilder()
                .vocab(100)
                .layers(2, 2)
                .dropout(0)
                .build();
        try (T5Work ours = new T5Work(row, config);
                CppT5 cpp = new CppT5(row, config)) {
            double first = ours.step();
            assertThat(cpp.step()).isCloseTo(first, within(1e-4 * first));
            double second = ours.step();
            assertThat(second).isLessThan(first);
            // Attention is fused in ours, for nothing is dropped.
            assertThat(cpp.step()).isCloseTo(second, within(1e-4 * second));
        }
    }
}
