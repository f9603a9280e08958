package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Golden;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.BFloat16Optimizer;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.torch.Autocast;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bfloat16 and float16, as types of the parameters and under autocast: as good as float32, and never NaN. */
class PrecisionTest {
    private static final int STEPS = 200;
    private static final int WINDOW = 20;
    private static final int BATCH = 8;
    private static final int SOURCE = 32;
    private static final int TARGET = 8;
    /** Characters follow padding, end and the mark of a gap. */
    private static final int FIRST_CHARACTER = 3;

    private static final int GAP = 2;
    private static final T5Config CONFIG = T5Config.builder()
            .v11()
            .vocab(FIRST_CHARACTER + 128)
            .sizes(48, 12, 96, 4)
            .layers(2, 2)
            .dropout(0)
            .build();

    private byte[] text;

    @BeforeEach
    void readText() throws IOException {
        text = Files.readString(Path.of("../LICENSE"), StandardCharsets.US_ASCII)
                .replaceAll("\\s+", " ")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The licence's text with gaps, of which the model is to say what was there. */
    @Test
    void twoHundredStepsUnderBfloat16AutocastAreWithinTwoPercentOfFloat32() {
        double[] expected = train(DType.FLOAT32, false, false);
        double[] autocast = train(DType.FLOAT32, true, false);
        double[] masters = train(DType.BFLOAT16, false, true);
        double[] parameters = train(DType.BFLOAT16, false, false);
        assertThat(mean(expected, STEPS - WINDOW)).as("it learns").isLessThan(0.8 * mean(expected, 0));
        double largestOfAutocast = 0;
        double largestOfMasters = 0;
        double largestOfParameters = 0;
        for (int begin = 0; begin < STEPS; begin += WINDOW) {
            largestOfAutocast = Math.max(largestOfAutocast, difference(autocast, expected, begin));
            largestOfMasters = Math.max(largestOfMasters, difference(masters, expected, begin));
            largestOfParameters = Math.max(largestOfParameters, difference(parameters, expected, begin));
        }
        System.out.printf(
                "bfloat16 against float32, means of %d steps: at most %.2f %% (autocast), %.2f %% (parameters with float32 masters), %.2f %% (without); loss %.3f to %.3f%n",
                WINDOW,
                100 * largestOfAutocast,
                100 * largestOfMasters,
                100 * largestOfParameters,
                mean(expected, 0),
                mean(expected, STEPS - WINDOW));
        assertThat(largestOfAutocast).isLessThan(0.02);
        assertThat(largestOfMasters).isLessThan(0.02);
        // Updates below 1/256 of a weight are lost where there is no wider copy of it.
        assertThat(largestOfParameters).isLessThan(0.06);
    }

    private static double mean(double[] losses, int begin) {
        double sum = 0;
        for (int i = begin; i < begin + WINDOW; i++) {
            sum += losses[i];
        }
        return sum / WINDOW;
    }

    private static double difference(double[] actual, double[] expected, int begin) {
        return Math.abs(mean(actual, begin) - mean(expected, begin)) / mean(expected, begin);
    }

    private double[] train(DType dtype, boolean autocast, boolean masters) {
        Torch.setNumThreads(1);
        Torch.manualSeed(7);
        Random random = new Random(7);
        double[] losses = new double[STEPS];
        try (T5 model = new T5(CONFIG)) {
            model.to(dtype);
            AdamW adamW = new AdamW(model.parameters(), 1e-3, 0);
            try (Optimizer optimizer = masters ? BFloat16Optimizer.withMasters(adamW) : adamW) {
                for (int step = 0; step < STEPS; step++) {
                    try (Scope _ = Scope.open()) {
                        Tensor loss = loss(model, random, autocast);
                        loss.backward();
                        Gradients.clipNorm_(model.parameters(), 1.0);
                        optimizer.step();
                        optimizer.zeroGrad();
                        losses[step] = loss.item().doubleValue();
                        assertThat(losses[step]).isFinite();
                    }
                }
            }
        }
        return losses;
    }

    private Tensor loss(T5 model, Random random, boolean autocast) {
        long[] ids = new long[BATCH * SOURCE];
        long[] labels = new long[BATCH * TARGET];
        for (int row = 0; row < BATCH; row++) {
            int begin = random.nextInt(text.length - SOURCE);
            int gap = random.nextInt(SOURCE - TARGET);
            for (int i = 0; i < SOURCE; i++) {
                ids[row * SOURCE + i] = FIRST_CHARACTER + text[begin + i];
            }
            for (int i = 0; i < TARGET; i++) {
                labels[row * TARGET + i] = ids[row * SOURCE + gap + i];
                ids[row * SOURCE + gap + i] = GAP;
            }
        }
        long[] mask = new long[BATCH * SOURCE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % SOURCE < SOURCE - i / SOURCE ? 1 : 0;
        }
        T5Input input = T5Input.of(
                Tensor.of(ids, BATCH, SOURCE), Tensor.of(mask, BATCH, SOURCE), Tensor.of(labels, BATCH, TARGET));
        if (!autocast) {
            return model.forward(input).loss();
        }
        try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            return model.forward(input).loss();
        }
    }

    /** Hugging Face's rules for float16: wo stays float32, the stream behind it too, and infinities are clamped. */
    @Test
    void float16FollowsHuggingFacesRules() {
        Torch.manualSeed(3);
        T5Config config = TestModels.config();
        try (Scope _ = Scope.open();
                T5 model = new T5(config, DType.FLOAT16);
                T5 wide = new T5(config)) {
            model.namedParameters()
                    .forEach((name, parameter) -> assertThat(parameter.get().dtype())
                            .as(name)
                            .isEqualTo(name.endsWith(".wo.weight") ? DType.FLOAT32 : DType.FLOAT16));
            wide.loadStateDict(model.stateDict(), true);
            model.eval();
            wide.eval();
            T5Input input = T5Input.of(TestModels.ids(2, 6), TestModels.mask(6, 6, 3), TestModels.ids(2, 4));
            T5Output narrow = model.forward(input.withHiddenStates());
            assertThat(narrow.logits().dtype()).isEqualTo(DType.FLOAT16);
            assertThat(narrow.encoder().hiddenStates().get(1).dtype()).isEqualTo(DType.FLOAT32);
            assertThat(Golden.relativeError(narrow.logits(), wide.forward(input).logits()))
                    .isBetween(1e-6, 1e-2);
            narrow.loss().backward();
            assertThat(model.parameters())
                    .allSatisfy(p -> assertThat(p.grad().isfinite().all().item().booleanValue())
                            .isTrue());
        }
    }

    @Test
    void float16InfinitiesAreClampedAndOthersAreNot() {
        try (Scope _ = Scope.open()) {
            float max = 65504;
            float infinity = Float.POSITIVE_INFINITY;
            Tensor high = Tensor.of(new float[] {1, infinity, -infinity, max}).to(DType.FLOAT16);
            // 64504 is Hugging Face's finfo.max - 1000; its neighbours in float16 are 32 apart.
            assertThat(Residual.clamped(high).to(DType.FLOAT32).toFloatArray())
                    .containsExactly(1, 64512, -64512, 64512);
            assertThat(high.isClosed()).isTrue();
            Tensor fine = Tensor.of(new float[] {1, max}).to(DType.FLOAT16);
            assertThat(Residual.clamped(fine).to(DType.FLOAT32).toFloatArray()).containsExactly(1, max);
            Tensor other = Tensor.of(new float[] {infinity});
            assertThat(Residual.clamped(other)).isSameAs(other);
        }
    }

    /** A row with nothing to attend to, as padding a batch of fused states makes: finite in every type. */
    @Test
    void rowsWithNothingOpenStayFinite() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
            for (DType cast : new DType[] {null, DType.BFLOAT16, DType.FLOAT16}) {
                if (cast != null && dtype != DType.FLOAT32) {
                    continue;
                }
                try (Scope _ = Scope.open();
                        T5 model = new T5(TestModels.config(), dtype)) {
                    T5Input input = T5Input.of(TestModels.ids(2, 6), TestModels.mask(6, 6, 0), TestModels.ids(2, 4));
                    for (boolean training : new boolean[] {true, false}) {
                        model.train(training);
                        model.requiresGrad_(training);
                        try (Autocast _ = Autocast.open(Device.CPU, cast, cast != null, true)) {
                            Tensor logits = model.forward(input).logits();
                            assertThat(logits.isfinite().all().item().booleanValue())
                                    .as(dtype + " under " + cast + (training ? " explicit" : " fused"))
                                    .isTrue();
                        }
                    }
                }
            }
        }
    }
}
