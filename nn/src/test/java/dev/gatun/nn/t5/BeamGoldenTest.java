package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.Golden;
import dev.gatun.nn.generation.EarlyStopping;
import dev.gatun.nn.generation.Generated;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face's beam search with both of its rules of stopping. */
@Tag("device")
class BeamGoldenTest {
    private static final int BEAMS = 4;
    private static final long EOS = 1;

    @ParameterizedTest
    @CsvSource({"t5_v11_gated,FLOAT32", "t5_v11_gated,FLOAT64", "t5_v10_tied,FLOAT32", "t5_v10_tied,FLOAT64"})
    void idsEqualHuggingFaces(String set, DType dtype) {
        try (Scope _ = Scope.open();
                Golden golden = new Golden(set + " beams " + dtype, set + "/io.safetensors");
                T5 model = T5.fromPretrained(Golden.path(set), Golden.on(dtype))) {
            model.eval();
            EncoderStates source = model.encode(golden.get("input_ids"), golden.get("attention_mask"), null);
            int tokens = (int) golden.get("beam4_ids").size(1) - 1;
            GenerationConfig beams = GenerationConfig.of(tokens).withBeams(BEAMS);
            equal(golden, "beam4", model.generateScored(source, null, beams));
            equal(golden, "beam4", model.generateScored(source, null, beams.withoutCache()));
            GenerationConfig early = beams.withEarlyStopping(EarlyStopping.WHEN_FULL);
            equal(golden, "beam4_es", model.generateScored(source, null, early));
        }
    }

    private static void equal(Golden golden, String name, Generated made) {
        Tensor expected = golden.get(name + "_ids");
        int width = (int) expected.size(1);
        long[] ids = TestModels.padded(made.sequences(), width);
        assertThat(ids).isEqualTo(expected.toLongArray());
        double[] expectedScores = golden.get(name + "_scores", DType.FLOAT64).toDoubleArray();
        double[] scores = made.sequenceScores().to(DType.FLOAT64).toDoubleArray();
        for (int row = 0; row < scores.length; row++) {
            boolean ended =
                    LongStream.of(ids).skip((long) row * width).limit(width).anyMatch(id -> id == EOS);
            // The golden numbers' release counted the start token in the length of a sequence that ran out of room.
            double divisor = ended ? 1 : (width - 1.0) / width;
            assertThat(scores[row] * divisor).isCloseTo(expectedScores[row], within(2e-6));
        }
    }
}
