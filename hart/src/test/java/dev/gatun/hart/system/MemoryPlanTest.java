package dev.gatun.hart.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Device;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes for one card fit on it, by what is known of their sizes. */
class MemoryPlanTest {
    private static final long CARD = 80_000_000_000L;
    private static final Device GPU = Device.cuda(0);

    private static T5Config main(String recipe) {
        return T5Config.preset(recipe.contains("xl") ? "t5-v1_1-xl" : "t5-v1_1-large");
    }

    private static MemoryPlan plan(String recipe, String... overrides) {
        RunConfig config = Recipes.read(recipe, List.of(overrides));
        return MemoryPlan.of(config, config.train(), main(recipe), GPU, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hart-large80",
                "hypertuning-large80",
                "hint-large80",
                "ftk-large80",
                "lora-large80",
                "hart-xl80",
                "ft0-xl80"
            })
    void theRecipesForOneCardFit(String recipe) {
        MemoryPlan plan = plan(recipe);
        System.out.println(recipe + ": " + plan);
        boolean again = plan.mustRecompute(CARD - plan.weights());
        assertThat((double) plan.total(again)).isLessThan(0.85 * CARD);
    }

    /** Weights are counted as specification 2.3 does. */
    @Test
    void weightsAreTheSpecifications() {
        long trained = 712_881_152;
        long main = 783_150_080;
        MemoryPlan narrow = plan("hart-large80");
        assertThat(narrow.weights()).isEqualTo(2 * (trained + main));
        assertThat(narrow.gradients()).isEqualTo(6 * trained);
        assertThat(narrow.optimizer()).isEqualTo(6 * trained);
        MemoryPlan wide = plan("hart-large80", "precision=fp32", "train.accumulate=1", "train.batch=32");
        assertThat(wide.weights()).isEqualTo(4 * (trained + main));
        assertThat(wide.gradients()).isEqualTo(4 * trained);
        assertThat(wide.optimizer()).isEqualTo(2 * trained);
        assertThat(plan("hart-large80", "precision=bf16_stochastic").optimizer())
                .isEqualTo(2 * trained);
    }

    @ParameterizedTest
    @CsvSource({"hart-large80, 256", "hart-large80, 8", "ftk-xl80, 256"})
    void recomputingSavesTheMoreTheMoreIsKept(String recipe, int accumulate) {
        MemoryPlan plan = plan(recipe, "train.accumulate=" + accumulate);
        assertThat(plan.kept()).isGreaterThan(3 * plan.recomputed());
        assertThat(plan.mustRecompute(CARD - plan.weights())).isEqualTo(accumulate == 8);
        assertThat(plan.mustRecompute(Long.MAX_VALUE)).isFalse();
        assertThat(plan.mustRecompute(plan.gradients())).isTrue();
    }
}
