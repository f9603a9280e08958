package dev.gatun.hart.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.Module;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of the paper's systems learns, changes what it says it trains and nothing else, and comes back from its folder. */
class SystemsTest {
    private static final int STEPS = 30;
    private static final long[] DEMONSTRATIONS = {5, 6, 7, 1};

    @TempDir
    private Path folder;

    static Stream<SystemKind> trained() {
        return Arrays.stream(SystemKind.values()).filter(SystemKind::trains);
    }

    /** All systems as their recipes have them, and what the specification names beside that. */
    static Stream<Arguments> variants() {
        return Stream.concat(
                trained().map(kind -> Arguments.of(kind, List.of())),
                Stream.of(
                        Arguments.of(SystemKind.HART, List.of("ar.memory=markov")),
                        Arguments.of(SystemKind.HART, List.of("ar.intra=causal")),
                        Arguments.of(SystemKind.PREFIX, List.of("prefix.reparameterised=false", "train.lr=0.1"))));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void learnsAndComesBack(SystemKind kind, List<String> overrides) {
        RunConfig config = TinySystems.config(kind, overrides.toArray(String[]::new));
        for (long seed = 0; seed < 3; seed++) {
            try (TaskSystem system = TinySystems.make(config, seed)) {
                Module part = trainedPart(system, config);
                Map<String, float[]> partBefore = TinySystems.values(part);
                Map<String, float[]> mainBefore = TinySystems.values(system.main());
                double before = TinySystems.loss(system, config);
                TinySystems.train(system, config, STEPS);
                assertThat(TinySystems.loss(system, config))
                        .as("loss of what was not trained on, seed " + seed)
                        .isLessThan(0.95 * before);
                TinySystems.values(part)
                        .forEach((name, values) -> assertThat(values).as(name).isNotEqualTo(partBefore.get(name)));
                if (trainsMain(kind)) {
                    assertThat(changed(mainBefore, TinySystems.values(system.main())))
                            .isEqualTo(mainBefore.keySet());
                } else {
                    assertThat(changed(mainBefore, TinySystems.values(system.main())))
                            .isEmpty();
                    assertThat(system.main().parameters()).noneMatch(p -> p.requiresGrad() || p.grad() != null);
                }
                if (seed == 0) {
                    comesBack(system, config);
                }
            }
        }
    }

    private static boolean trainsMain(SystemKind kind) {
        return EnumSet.of(SystemKind.FT0, SystemKind.FTK, SystemKind.TK, SystemKind.HINT)
                .contains(kind);
    }

    private static Module trainedPart(TaskSystem system, RunConfig config) {
        try (Objective objective = system.objective(config.train())) {
            return objective.trained();
        }
    }

    private static Set<String> changed(Map<String, float[]> before, Map<String, float[]> after) {
        Map<String, float[]> different = new java.util.LinkedHashMap<>(after);
        different.keySet().removeIf(name -> Arrays.equals(before.get(name), after.get(name)));
        return different.keySet();
    }

    /** Another one of the same random start, which then reads the folder, does the same. */
    private void comesBack(TaskSystem system, RunConfig config) {
        Path saved = folder.resolve(config.system().key());
        system.save(saved);
        try (TaskSystem other = TinySystems.make(config, 0)) {
            assertThat(TinySystems.loss(other, config)).isNotEqualTo(TinySystems.loss(system, config));
            other.load(saved);
            assertThat(TinySystems.loss(other, config)).isEqualTo(TinySystems.loss(system, config));
            system.freeze();
            other.freeze();
            assertThat(adapted(other)).isEqualTo(adapted(system));
            assertThat(adapted(other).isEmpty()).isEqualTo(config.system().family() == SystemKind.Family.WHOLE_MODEL);
        }
    }

    private static List<String> adapted(TaskSystem system) {
        List<String> all = new ArrayList<>();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Adaptation made = system.adapt(List.of(DEMONSTRATIONS));
            if (made != null) {
                made.tensors()
                        .forEach(tensor ->
                                all.add(Arrays.toString(tensor.to(DType.FLOAT32).toFloatArray())));
            }
        }
        all.sort(null); // updates of modules come in no order
        return all;
    }

    @Test
    void inContextLearningTrainsNothing() {
        RunConfig config = TinySystems.config(SystemKind.ICL);
        try (TaskSystem system = TinySystems.make(config, 0)) {
            assertThatThrownBy(() -> system.objective(config.train())).isInstanceOf(IllegalStateException.class);
            assertThat(system.adapt(List.of(DEMONSTRATIONS))).isNull();
        }
    }

    /** What a hypernetwork may write. */
    @ParameterizedTest
    @EnumSource(RunConfig.Outputs.class)
    void hypernetworksWriteWhatTheyAreAskedFor(RunConfig.Outputs outputs) {
        RunConfig config = TinySystems.config(SystemKind.HYPERTUNING, "hyper.outputs=" + outputs);
        try (TaskSystem system = TinySystems.make(config, 0);
                Scope _ = Scope.open()) {
            Adaptation made = system.adapt(List.of(DEMONSTRATIONS));
            assertThat(made.decoderPrefix() != null).isEqualTo(outputs != RunConfig.Outputs.LORAS);
            assertThat(made.updates() != null).isEqualTo(outputs != RunConfig.Outputs.PREFIXES);
            double before = TinySystems.loss(system, config);
            TinySystems.train(system, config, STEPS);
            assertThat(TinySystems.loss(system, config)).isLessThan(before);
        }
    }

    /** With hyper.fusion=false nobody reads the encoded demonstrations. */
    @Test
    void fusionIsLeftOutWhereItIsOff() {
        for (boolean fusion : new boolean[] {true, false}) {
            RunConfig config = TinySystems.config(SystemKind.HART, "hyper.fusion=" + fusion);
            try (TaskSystem system = TinySystems.make(config, 0);
                    Scope _ = Scope.open()) {
                assertThat(system.adapt(List.of(DEMONSTRATIONS)).demonstrations() != null)
                        .isEqualTo(fusion);
            }
        }
    }
}
