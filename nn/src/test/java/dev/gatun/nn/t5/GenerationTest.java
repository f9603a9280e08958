package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.generation.EarlyStopping;
import dev.gatun.nn.generation.Generated;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.Generator;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must hold for every way of generating, on a random model whose rows end at different steps. */
class GenerationTest {
    private static final int BATCH = 9;
    private static final int SOURCE = 7;
    private static final int TOKENS = 14;
    private static final long EOS = 1;

    private Scope scope;
    private GradMode noGrad;
    private T5 model;
    private EncoderStates source;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = Torch.noGrad();
        model = TestModels.model(TestModels.config().toBuilder().vocab(20).build());
        TestModels.endRowsAtDifferentSteps(model);
        Tensor ids = Torch.randint(2, 20, new long[] {BATCH, SOURCE}, DType.INT64);
        source = model.encode(ids, TestModels.mask(SOURCE, 7, 4, 2, 7, 1, 3, 6, 5, 7), null);
    }

    @AfterEach
    void close() {
        model.close();
        noGrad.close();
        scope.close();
    }

    /** Every way to generate; those that draw start from the same seed each time they are asked for. */
    private static Map<String, Supplier<GenerationConfig>> ways() {
        GenerationConfig greedy = GenerationConfig.of(TOKENS);
        Map<String, Supplier<GenerationConfig>> ways = new LinkedHashMap<>();
        ways.put("greedy", () -> greedy);
        ways.put("controlled", () -> greedy.withRepetitionPenalty(1.5).withNoRepeatNgramSize(2));
        ways.put("beams", () -> greedy.withBeams(3).withReturnSequences(3));
        ways.put("early beams", () -> greedy.withBeams(3).withEarlyStopping(EarlyStopping.WHEN_FULL));
        ways.put(
                "long beams",
                () -> greedy.withBeams(2)
                        .withEarlyStopping(EarlyStopping.NEVER)
                        .withLengthPenalty(2)
                        .withMinNewTokens(3));
        ways.put("samples", () -> greedy.withSampling(new Generator(3)).withReturnSequences(3));
        ways.put(
                "cut samples",
                () -> greedy.withSampling(new Generator(4))
                        .withTemperature(0.7)
                        .withTopK(6)
                        .withTopP(0.8));
        ways.put("sampled beams", () -> greedy.withSampling(new Generator(5)).withBeams(3));
        return ways;
    }

    private static void same(Generated actual, Generated expected, String name) {
        assertThat(actual.sequences().toArray(long[][].class))
                .as(name)
                .isDeepEqualTo(expected.sequences().toArray(long[][].class));
        assertThat(difference(actual.tokenLogProbs(), expected.tokenLogProbs()))
                .as(name)
                .isLessThan(1e-6);
        assertThat(difference(actual.sequenceScores(), expected.sequenceScores()))
                .as(name)
                .isLessThan(1e-6);
    }

    private static double difference(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item().doubleValue();
    }

    private EncoderStates fused() {
        Tensor states = Torch.randn(new long[] {1, 6, model.config().dModel()}, DType.FLOAT64);
        return source.prepend(new EncoderStates(states, TestModels.mask(6, 5)));
    }

    private T5Prefix prefix(int rows, boolean masked) {
        T5Prefix open = TestModels.prefix(model.config(), model.decoder().numLayers(), rows, 4);
        Tensor mask = Torch.randint(0, 2, new long[] {rows, 4}, DType.INT64);
        return masked ? new T5Prefix(open.layers(), mask) : open;
    }

    @Test
    void cachedEqualsUncachedWithPrefixesAndFusion() {
        EncoderStates fused = fused();
        List<T5Prefix> prefixes = Arrays.asList(null, prefix(1, false), prefix(BATCH, false), prefix(BATCH, true));
        ways().forEach((name, way) -> {
            for (T5Prefix prefix : prefixes) {
                Generated cached = model.generateScored(fused, prefix, way.get());
                same(cached, model.generateScored(fused, prefix, way.get().withoutCache()), name);
            }
        });
    }

    @Test
    void rowsAloneEqualRowsTogetherThoughOthersEndEarlier() {
        EncoderStates fused = fused();
        T5Prefix prefix = prefix(BATCH, true);
        ways().forEach((name, way) -> {
            if (name.contains("sample")) {
                return; // other rows have other random numbers
            }
            Generated together = model.generateScored(fused, prefix, way.get());
            int each = (int) together.sequences().size(0) / BATCH;
            for (int row = 0; row < BATCH; row++) {
                Tensor index = Tensor.of(new long[] {row});
                Generated alone = model.generateScored(fused.rows(index), prefix.rows(index), way.get());
                long width = alone.sequences().size(1);
                Generated of = new Generated(
                        together.sequences().narrow(0, row * each, each).narrow(1, 0, width),
                        together.tokenLogProbs().narrow(0, row * each, each).narrow(1, 0, width - 1),
                        together.sequenceScores().narrow(0, row * each, each));
                same(alone, of, name);
            }
        });
    }

    @Test
    void rowsEndAtDifferentStepsAndAreNotFedAnyMore() {
        Map<String, int[]> rowsFed = new LinkedHashMap<>();
        ways().forEach((name, way) -> {
            List<Integer> fed = new ArrayList<>();
            model.generate(source, null, way.get().withProcessor((_, logits) -> {
                fed.add((int) logits.size(0));
                return logits;
            }));
            rowsFed.put(name, fed.stream().mapToInt(Integer::intValue).toArray());
        });
        for (String name : List.of("greedy", "samples", "early beams")) {
            int[] fed = rowsFed.get(name);
            assertThat(IntStream.of(fed).skip(1).distinct().count())
                    .as(name + Arrays.toString(fed))
                    .isGreaterThan(2);
        }
    }

    @Test
    void scoresAreWhatTheModelSaysOfTheSequences() {
        T5Prefix prefix = prefix(BATCH, false);
        for (String name : List.of("greedy", "beams", "samples")) {
            Generated made =
                    model.generateScored(source, prefix, ways().get(name).get());
            int each = (int) made.sequences().size(0) / BATCH;
            int[] owners =
                    IntStream.range(0, BATCH * each).map(row -> row / each).toArray();
            Tensor ids = made.sequences();
            Tensor expected = expectedLogProbs(prefix.rows(Tensor.of(owners)), ids);
            assertThat(difference(made.tokenLogProbs(), expected)).as(name).isLessThan(1e-5);
            Tensor lengths = expected.ne(0).sum(new long[] {1}).to(DType.FLOAT32);
            Tensor sums = expected.sum(new long[] {1});
            Tensor scores = name.equals("beams") ? sums.div(lengths) : sums;
            assertThat(difference(made.sequenceScores(), scores)).as(name).isLessThan(1e-5);
        }
    }

    /** By one pass over the whole sequences; 0 after the end. */
    private Tensor expectedLogProbs(T5Prefix prefix, Tensor ids) {
        long n = ids.size(1) - 1;
        Tensor labels = ids.narrow(1, 1, n);
        StackInput input =
                StackInput.ofIds(ids.narrow(1, 0, n)).withEncoder(source).withPrefix(prefix);
        Tensor logits = model.logits(model.decoder().forward(input).lastHiddenState());
        Tensor ended = labels.eq(EOS)
                .to(DType.INT64)
                .cumsum(1)
                .sub(labels.eq(EOS).to(DType.INT64))
                .gt(0);
        Tensor counted = labels.masked_fill(ended, CrossEntropy.IGNORE_INDEX);
        return CrossEntropy.tokenLogProbs(logits, counted, CrossEntropy.IGNORE_INDEX)
                .to(DType.FLOAT32);
    }

    @Test
    void samplesFollowTheProcessedDistribution() {
        EncoderStates one = source.rows(Tensor.of(new long[] {0}));
        int draws = 4000;
        GenerationConfig some =
                GenerationConfig.of(1).withSampling(new Generator(11)).withReturnSequences(draws);
        Tensor start = Torch.zeros(new long[] {1, 1}, DType.INT64);
        Tensor logits = model.logits(model.decoder()
                .forward(StackInput.ofIds(start).withEncoder(one))
                .lastHiddenState()
                .select(1, 0));
        double[] probabilities = logits.div(0.8).softmax(-1).toDoubleArray();
        long[] counts = counts(model.generate(one, null, some.withTemperature(0.8)));
        for (int token = 0; token < counts.length; token++) {
            double p = probabilities[token];
            assertThat(counts[token] / (double) draws).isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / draws) + 1e-3));
        }
        double third = Arrays.stream(probabilities).sorted().toArray()[counts.length - 3];
        long[] cut = counts(model.generate(one, null, some.withTopK(3)));
        for (int token = 0; token < cut.length; token++) {
            assertThat(cut[token] > 0).isEqualTo(probabilities[token] >= third);
        }
    }

    private static long[] counts(Tensor generated) {
        long[] counts = new long[20];
        Arrays.stream(generated.select(1, 1).toLongArray()).forEach(token -> counts[(int) token]++);
        return counts;
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        Supplier<GenerationConfig> way = ways().get("samples");
        long[] first = model.generate(source, null, way.get()).toLongArray();
        assertThat(model.generate(source, null, way.get()).toLongArray()).isEqualTo(first);
        GenerationConfig other =
                GenerationConfig.of(TOKENS).withReturnSequences(3).withSampling(new Generator(99));
        assertThat(model.generate(source, null, other).toLongArray()).isNotEqualTo(first);
    }

    @Test
    void listenersHearEveryTokenAndTheEnd() {
        for (String name : List.of("greedy", "early beams", "samples")) {
            Map<Integer, long[]> heard = new LinkedHashMap<>();
            Map<Integer, Integer> ends = new LinkedHashMap<>();
            GenerationConfig way = ways().get(name).get().withListener((row, tokens, done) -> {
                int before = heard.containsKey(row) ? heard.get(row).length : 0;
                assertThat(done || tokens.length == before + 1).isTrue();
                heard.put(row, tokens);
                ends.merge(row, done ? 1 : 0, Integer::sum);
            });
            long[][] made = model.generate(source, null, way).toArray(long[][].class);
            for (int row = 0; row < made.length; row++) {
                assertThat(ends.get(row)).as(name).isEqualTo(1);
                assertThat(heard.get(row)).isEqualTo(Arrays.copyOfRange(made[row], 1, 1 + heard.get(row).length));
            }
        }
    }

    @Test
    void choicesScoreAsTheyDoOneByOne() {
        T5Prefix prefix = prefix(BATCH, true);
        List<List<long[]>> choices = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            choices.add(List.of(new long[] {3, 4, EOS}, new long[] {5 + i % 4, EOS}, new long[] {7, 8, 9, 2, EOS})
                    .subList(0, 1 + i % 3));
        }
        double[][] sums = model.score(source, prefix, choices, false);
        double[][] means = model.score(source, prefix, choices, true);
        for (int i = 0; i < BATCH; i++) {
            Tensor index = Tensor.of(new long[] {i});
            assertThat(sums[i]).hasSameSizeAs(choices.get(i));
            for (int k = 0; k < choices.get(i).size(); k++) {
                long[] choice = choices.get(i).get(k);
                T5Output direct =
                        model.forward(T5Input.ofEncoded(source.rows(index), Tensor.of(choice, 1, choice.length))
                                .withPrefixes(null, prefix.rows(index)));
                double mean = -direct.loss().item().doubleValue();
                assertThat(means[i][k]).isCloseTo(mean, within(1e-9));
                assertThat(sums[i][k]).isCloseTo(mean * choice.length, within(1e-9));
            }
        }
        assertThatThrownBy(() -> model.score(source, null, choices.subList(1, 3), false))
                .hasMessage("each of 9 inputs needs its choices; given were those of 2");
        choices.set(1, List.of(new long[0]));
        assertThatThrownBy(() -> model.score(source, null, choices, false))
                .hasMessageContaining("choice 0 of input 1 is empty");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        GenerationConfig greedy = GenerationConfig.of(3);
        assertThatThrownBy(() -> GenerationConfig.of(0)).hasMessageContaining("at least one token");
        assertThatThrownBy(() -> greedy.withMinNewTokens(4))
                .hasMessageContaining("min_new_tokens lies in [0, 3], not 4");
        assertThatThrownBy(() -> greedy.withTemperature(0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> greedy.withTopP(1.1)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> model.generate(source, null, greedy.withReturnSequences(2)))
                .hasMessageContaining("num_return_sequences is 2");
        assertThatThrownBy(
                        () -> model.generate(source, null, greedy.withBeams(2).withReturnSequences(3)))
                .hasMessageContaining("num_return_sequences is 3, but there are 2 beams");
        assertThatThrownBy(() -> model.generate(source, null, greedy.withBeams(11)))
                .hasMessageContaining("vocabulary of at least 22, not 20");
        for (int capacity : new int[] {0, 2}) {
            try (DecoderSession session = new DecoderSession(model, source, null, null, capacity)) {
                assertThatThrownBy(() -> session.select(new int[] {0})).isInstanceOf(IllegalStateException.class);
                session.step(Torch.zeros(new long[] {BATCH, 1}, DType.INT64));
                assertThatThrownBy(() -> session.select(new int[0])).hasMessageContaining("at least one row");
                assertThatThrownBy(() -> session.select(new int[] {BATCH}))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
        Tensor five = Torch.zeros(new long[] {5, 1}, DType.INT64);
        assertThatThrownBy(() -> model.decoder().forward(StackInput.ofIds(five).withEncoder(source)))
                .hasMessageContaining("5 rows cannot share encoder states of 9 rows");
    }

    @Test
    void nothingIsLeftAlive() {
        long before = Scope.unclosedTensors();
        for (Supplier<GenerationConfig> way : ways().values()) {
            try (Scope _ = Scope.open()) {
                model.generate(source, null, way.get());
                model.generate(source, null, way.get().withoutCache());
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }
}
