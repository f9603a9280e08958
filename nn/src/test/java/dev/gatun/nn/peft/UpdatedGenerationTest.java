package dev.gatun.nn.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.generation.Generated;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Updates of each example's own follow their rows through greedy decoding, beams and rank classification. */
class UpdatedGenerationTest {
    private static final int BATCH = 3;

    @Test
    void rowsGenerateAndScoreAsEachWouldAlone() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 model = SmallT5.model(2, DType.FLOAT64)) {
            model.eval();
            T5Input input = SmallT5.input(BATCH);
            Map<String, LoraUpdate> loras = SmallT5.loras(model, BATCH, 2);
            ModuleUpdates updates = ModuleUpdates.of(model, loras);
            EncoderStates source = model.encode(input.inputIds(), null, null, updates);
            GenerationConfig greedy = GenerationConfig.of(6).withoutEos();
            GenerationConfig beams = greedy.withBeams(3);
            List<List<long[]>> choices = List.of(
                    List.of(new long[] {5, 1}, new long[] {7, 9, 1}),
                    List.of(new long[] {4, 1}),
                    List.of(new long[] {8, 1}));
            double[][] scores = model.score(source, null, updates, choices, false);
            for (GenerationConfig way : List.of(greedy, beams)) {
                Generated together = model.generateScored(source, null, updates, way);
                Generated uncached = model.generateScored(source, null, updates, way.withoutCache());
                assertThat(uncached.sequences().toLongArray())
                        .isEqualTo(together.sequences().toLongArray());
                for (int row = 0; row < BATCH; row++) {
                    Tensor index = Tensor.of(new long[] {row}, 1);
                    ModuleUpdates own = updates.rows(index);
                    Generated alone = model.generateScored(source.rows(index), null, own, way);
                    assertThat(alone.sequences().toLongArray())
                            .isEqualTo(together.sequences().select(0, row).toLongArray());
                    double[] score = model.score(source.rows(index), null, own, List.of(choices.get(row)), false)[0];
                    for (int k = 0; k < score.length; k++) {
                        assertThat(scores[row][k]).isCloseTo(score[k], within(1e-10));
                    }
                }
            }
            // Without them the model says something else.
            assertThat(model.score(source, null, choices, false)[0][0]).isNotCloseTo(scores[0][0], within(1e-6));
        }
    }
}
