package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.HostTraffic;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Replayed steps choose the tokens that ordinary greedy steps do: the same ops on the same tensors each time, which a graph would
 * replay on a GPU and which are run again here.
 */
class StaticGreedyTest {
    private static final int BATCH = 3;
    private static final GenerationConfig GREEDY = GenerationConfig.of(20);

    private Scope scope;
    private GradMode mode;
    private T5 model;

    @BeforeEach
    void open() {
        scope = Scope.open();
        mode = Torch.noGrad();
        model = TestModels.model();
        TestModels.endRowsAtDifferentSteps(model);
        Torch.manualSeed(21);
    }

    @AfterEach
    void close() {
        model.close();
        mode.close();
        scope.close();
    }

    private static long[] tokens(Tensor sequences) {
        return TestModels.padded(sequences, 40);
    }

    private void same(EncoderStates source, T5Prefix prefix, GenerationConfig config) {
        Tensor expected = model.generate(source, prefix, config);
        Tensor actual = model.generate(source, prefix, config.withStaticCache());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(tokens(actual)).isEqualTo(tokens(expected));
    }

    private EncoderStates source(int length, int... lengths) {
        return model.encode(TestModels.ids(BATCH, length), TestModels.mask(length, lengths), null);
    }

    private T5Prefix prefix(int batch) {
        return TestModels.prefix(model.config(), model.config().numDecoderLayers(), batch, 4);
    }

    @Test
    void chooseTheSameTokens() {
        same(source(9, 9, 5, 2), null, GREEDY);
        same(source(9, 3, 9, 7), null, GREEDY.withoutEos());
        same(source(9, 1, 9, 7), null, GenerationConfig.of(1));
    }

    /** The recording is shared by inputs of other lengths up to the next multiple of 64, and by other prefixes of one length. */
    @Test
    void anotherInputBeginsAnewInTheSameMemory() {
        for (int length : new int[] {9, 30, 5}) {
            same(source(length, length, length - 2, 1), null, GREEDY);
        }
        for (int round = 0; round < 3; round++) {
            same(source(7, 7, 5, 2), prefix(BATCH), GREEDY);
        }
        same(source(7, 7, 5, 2), prefix(1), GREEDY);
        same(source(7, 7, 5, 2), prefix(BATCH).withBias(PrefixBias.POSITIONS), GREEDY);
        same(source(7, 7, 5, 2), prefix(BATCH).withMask(TestModels.mask(4, 4, 2, 0)), GREEDY);
        same(source(70, 70, 5, 2), null, GREEDY);
    }

    @Test
    void sourcesWithoutAMaskAreAllReal() {
        Tensor ids = TestModels.ids(BATCH, 6);
        same(new EncoderStates(model.encode(ids, null, null).states(), null), null, GREEDY);
    }

    /** However many tokens come: the end of the longest row is asked for once. */
    @Test
    void nobodyWaitsForATokenButForAll() {
        EncoderStates source = source(9, 9, 5, 2);
        long before = HostTraffic.reads();
        model.generate(source, null, GREEDY.withStaticCache());
        assertThat(HostTraffic.reads() - before).isEqualTo(1);
        before = HostTraffic.reads();
        model.generate(source, null, GREEDY.withoutEos().withStaticCache());
        assertThat(HostTraffic.reads() - before).isZero();
    }

    @Test
    void whatIsNoFixedSequenceOfOpsIsRefused() {
        EncoderStates source = source(9, 9, 5, 2);
        for (GenerationConfig config : new GenerationConfig[] {
            GREEDY.withBeams(2),
            GREEDY.withSampling(null),
            GREEDY.withRepetitionPenalty(2),
            GREEDY.withListener((_, _, _) -> {})
        }) {
            assertThatThrownBy(() -> model.generate(source, null, config.withStaticCache()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("withStaticCache");
        }
    }

    @Test
    void closingTheModelFreesIt() {
        long before = Scope.unclosedTensors();
        try (T5 other = TestModels.model()) {
            try (Scope _ = Scope.open()) {
                EncoderStates source = other.encode(TestModels.ids(2, 5), null, null);
                other.generate(source, null, GREEDY.withStaticCache());
            }
            try (Scope _ = Scope.open()) {
                other.to(DType.FLOAT32);
                EncoderStates source = other.encode(TestModels.ids(2, 5), null, null);
                other.generate(source, null, GREEDY.withStaticCache());
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }
}
