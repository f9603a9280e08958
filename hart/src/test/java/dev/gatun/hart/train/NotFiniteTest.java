package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that meets a NaN ends, says where it came from, and leaves the parameters as they were before. */
class NotFiniteTest {
    private static final RunConfig CONFIG = TinyTraining.config(6);

    @TempDir
    private Path folder;

    /** Puts a NaN into the gradient of one parameter of the middle from step {@code step} on. */
    static String spoil(TinyTraining training, long step) {
        Map<String, Parameter> all = training.hyper.namedParameters();
        String name = all.keySet().stream().skip(all.size() / 2).findFirst().orElseThrow();
        long[] times = {0};
        all.get(name).get().registerHook(gradient -> {
            if (times[0]++ < step) {
                return gradient;
            }
            Tensor spoilt = gradient.clone();
            spoilt.flatten().select(0, 1).fill_(Double.NaN);
            return spoilt;
        });
        return name;
    }

    @Test
    void theFirstBadModuleIsNamed() {
        try (TinyTraining training = new TinyTraining(0)) {
            String name = spoil(training, 3);
            int dot = name.lastIndexOf('.');
            assertThatThrownBy(() -> training.run(folder.resolve("run"), CONFIG, new SilentProgress(), false))
                    .isInstanceOf(RunException.class)
                    .hasMessageContaining("the gradient's norm NaN in step 3 of train; first " + name.substring(0, dot)
                            + ": the gradient of its parameter " + name.substring(dot + 1)
                            + " has 1 NaN and 0 infinite")
                    .hasMessageNotContaining("more parameters");
            try (Scope _ = Scope.open()) {
                training.hyper
                        .namedParameters()
                        .forEach((other, parameter) -> assertThat(
                                        parameter.get().isfinite().all().item().booleanValue())
                                .as(other)
                                .isTrue());
            }
        }
    }
}
