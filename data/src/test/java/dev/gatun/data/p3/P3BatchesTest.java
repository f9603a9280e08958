package dev.gatun.data.p3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.data.Batch;
import dev.gatun.data.BatchOptions;
import dev.gatun.data.DataException;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.LongMatrix;
import dev.gatun.data.Prefetcher;
import dev.gatun.data.SlotRange;
import dev.gatun.data.SniMini;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.TaskSampler.Weighting;
import dev.gatun.data.TokenCache;
import dev.gatun.data.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class P3BatchesTest {
    @TempDir
    private static Path folder;

    private static T5Tokenizer tokenizer;
    private static P3Rows source;
    private static List<P3Tokens> tokens;

    @BeforeAll
    static void open() {
        tokenizer = SniMini.tokenizer();
        source = P3Mini.source();
        List<P3Task> tasks = P3Catalog.training(source.tasks("train"), P3Catalog.Training.T0);
        tokens = P3Tokens.openAll(source, tasks, "train", tokenizer, new TokenCache(folder));
    }

    @AfterAll
    static void close() {
        tokens.forEach(P3Tokens::close);
        tokenizer.close();
    }

    private static P3Batches batches(BatchOptions options, int shots) {
        return new P3Batches(tokens, 5, Weighting.PROPORTIONAL, shots, new P3Encoder(tokenizer, options));
    }

    private static int count(long[] ids, long id) {
        return (int) Arrays.stream(ids).filter(i -> i == id).count();
    }

    @Test
    void theSampleTrainsOnNothingThatItIsEvaluatedOn() {
        List<P3Task> evaluation = P3Catalog.evaluation(source.tasks("validation"));
        assertThat(tokens).hasSize(16);
        assertThat(evaluation).hasSize(10).isEqualTo(source.tasks("validation"));
        P3Catalog.checkDisjoint(tokens.stream().map(P3Tokens::task).toList(), evaluation);
    }

    @Test
    void anExperimentIsOpenedAtOnce() {
        var options = new P3Data.Options(P3Catalog.Training.T0, 100, 3, 4, 1);
        try (P3Data data = P3Data.open(source, options, tokenizer, new TokenCache(folder))) {
            assertThat(data.train())
                    .extracting(tokens -> tokens.task().dataset())
                    .doesNotContain("cosmos_qa");
            assertThat(data.train()).hasSize(12);
            assertThat(data.lengths().entries()).hasSize(4);
            assertThat(data.evaluation()).hasSize(10);
            assertThat(data.examples()).hasSize(40);
            assertThat(data.demonstrations(data.examples().getLast()))
                    .hasSize(3)
                    .isEqualTo(data.evaluation().getLast().demonstrations());
        }
        assertThatThrownBy(() -> P3Data.open(
                        source,
                        new P3Data.Options(P3Catalog.Training.T0, 5, 3, 4, 1),
                        tokenizer,
                        new TokenCache(folder)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("of 4 none has a mean input below 5.0 tokens");
        assertThat(P3Data.Options.PAPER.longest()).isEqualTo(320);
    }

    @Test
    void aRowIsWholeDemonstrationsOfTheSameTaskAndItsQuery() {
        P3Batches batches = batches(BatchOptions.HYPER, P3Batches.SHOTS);
        boolean full = false;
        for (int slot = 0; slot < 60; slot++) {
            P3Sampler.Draw draw = batches.sampler().draw(9, slot);
            P3Tokens task = tokens.get(draw.task());
            EncodedExample example = batches.example(9, slot);
            assertThat(draw.demonstrations())
                    .hasSize(16)
                    .doesNotHaveDuplicates()
                    .doesNotContain(draw.row());
            List<Long> expected = new ArrayList<>();
            int shots = 0;
            for (int row : draw.demonstrations()) {
                if (Arrays.equals(task.input(row), task.input(draw.row()))) {
                    continue;
                }
                long[] demonstration = P3Encoder.demonstration(task.input(row), task.target(row));
                if (expected.size() + demonstration.length > 1024) {
                    break;
                }
                shots++;
                Arrays.stream(demonstration).forEach(expected::add);
            }
            full |= shots == 16;
            assertThat(Arrays.stream(example.hyper()).boxed().toList()).isEqualTo(expected);
            assertThat(count(example.hyper(), Tokenizer.EOS)).isEqualTo(shots).isPositive();
            assertThat(example.main())
                    .hasSize(Math.min(384, task.input(draw.row()).length + 1))
                    .endsWith(Tokenizer.EOS);
            assertThat(tokenizer.decode(example.labels())).isEqualTo(tokenizer.decode(task.target(draw.row())));
        }
        assertThat(full).isTrue();
    }

    @Test
    void inContextTheDemonstrationsStandBeforeTheQuery() {
        P3Batches batches = batches(BatchOptions.IN_CONTEXT, 4);
        EncodedExample example = batches.example(1, 2);
        P3Sampler.Draw draw = batches.sampler().draw(1, 2);
        long[] query = tokens.get(draw.task()).input(draw.row());
        assertThat(example.hyper()).isEmpty();
        assertThat(count(example.main(), Tokenizer.EOS)).isEqualTo(5);
        assertThat(Arrays.copyOfRange(
                        example.main(), example.main().length - 1 - query.length, example.main().length - 1))
                .isEqualTo(query);
        assertThat(count(batches(BatchOptions.IN_CONTEXT, 0).example(1, 2).main(), Tokenizer.EOS))
                .isEqualTo(1);
    }

    @Test
    void aDemonstrationThatDoesNotFitIsCutOnlyIfItIsTheFirst() {
        P3Encoder encoder = new P3Encoder(tokenizer, BatchOptions.HYPER.withLengths(12, 384, 128));
        P3Row small = new P3Row("one two", "three", List.of());
        P3Row big = new P3Row("a much longer prompt with many more words than there is room for", "x", List.of());
        long[] first = encoder.hyper(List.of(small));
        assertThat(encoder.hyper(List.of(small, big, small))).isEqualTo(first);
        assertThat(encoder.hyper(List.of(big, small))).hasSize(12).endsWith(Tokenizer.EOS);
        assertThat(encoder.hyper(List.of())).containsExactly(Tokenizer.EOS);
    }

    @Test
    void theSameBatchesForAnyRanksAndWorkers() {
        P3Batches batches = batches(BatchOptions.HYPER, 4);
        List<List<Long>> whole = new ArrayList<>();
        for (long step = 3; step < 6; step++) {
            rows(batches.batch(step, 0, 8), whole);
        }
        for (int workers : new int[] {1, 2, 4}) {
            int ranks = workers;
            List<List<List<Long>>> byRank = new ArrayList<>();
            for (int rank = 0; rank < ranks; rank++) {
                SlotRange slots = SlotRange.of(rank, ranks, 8);
                List<List<Long>> seen = new ArrayList<>();
                // Resumes at step 3.
                try (Prefetcher<Batch> ahead =
                        new Prefetcher<>(step -> batches.batch(step, slots.first(), slots.rows()), 3, 6, 3, workers)) {
                    ahead.forEachRemaining(batch -> rows(batch, seen));
                }
                byRank.add(seen);
            }
            List<List<Long>> joined = new ArrayList<>();
            for (int step = 0; step < 3; step++) {
                for (List<List<Long>> seen : byRank) {
                    joined.addAll(seen.subList(step * 8 / ranks, (step + 1) * 8 / ranks));
                }
            }
            assertThat(joined).as(ranks + " ranks").isEqualTo(whole);
        }
        assertThatThrownBy(() -> SlotRange.of(0, 3, 8)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void rows(Batch batch, List<List<Long>> into) {
        for (int row = 0; row < batch.rows(); row++) {
            List<Long> ids = new ArrayList<>();
            for (LongMatrix matrix : List.of(batch.hyperIds(), batch.mainIds(), batch.labels())) {
                Arrays.stream(matrix.row(row)).filter(id -> id > 0).forEach(ids::add);
            }
            into.add(ids);
        }
    }

    @Test
    void theLengthListIsPublishedAndReadAgain() throws Exception {
        P3LengthList list = P3LengthList.of(tokens, 100);
        assertThat(list.entries()).extracting(P3LengthList.Entry::dataset).hasSize(4);
        P3LengthList.Entry quartz = list.entries().stream()
                .filter(entry -> entry.dataset().equals("quartz"))
                .findFirst()
                .orElseThrow();
        double expected = source.tasks("train").stream()
                .filter(task -> task.dataset().equals("quartz"))
                .mapToDouble(task -> source.rows(task, "train").stream()
                        .mapToInt(row -> tokenizer.encode(row.inputs()).length)
                        .average()
                        .orElseThrow())
                .average()
                .orElseThrow();
        assertThat(quartz.meanTokens()).isCloseTo(expected, within(1e-9));
        assertThat(quartz.templates()).isEqualTo(4);
        assertThat(quartz.rows()).isEqualTo(154);
        assertThat(list.keeps("quartz")).isTrue();
        assertThat(list.keeps("cosmos_qa")).isFalse();
        assertThat(list.keeps("unknown")).isFalse();
        Path file = folder.resolve("lengths.tsv");
        list.write(file);
        P3LengthList read = P3LengthList.read(file);
        assertThat(read.limit()).isEqualTo(100);
        assertThat(read.keeps("quartz")).isTrue();
        assertThat(read.keeps("cosmos_qa")).isFalse();
        assertThat(read.entries()).hasSize(4);
        Files.writeString(file, Files.readString(file) + "x\ty\n");
        assertThatThrownBy(() -> P3LengthList.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(":7:");
        Files.writeString(file, "what");
        assertThatThrownBy(() -> P3LengthList.read(file)).hasMessageContaining("not a list of P3 datasets");
    }

    @Test
    void evaluationDemonstrationsAreFixedAndNeverQueries() {
        P3Task task = P3Catalog.evaluation(source.tasks("validation")).getFirst();
        P3Evaluation evaluation = P3Evaluation.read(source, task, "validation", 5, "train", 16, 1);
        assertThat(evaluation.examples())
                .hasSize(5)
                .allMatch(example -> example.choices().size() > 1);
        assertThat(evaluation.demonstrations()).hasSize(16).doesNotHaveDuplicates();
        assertThat(source.rows(task, "train")).containsAll(evaluation.demonstrations());
        assertThat(P3Evaluation.read(source, task, "validation", 5, "train", 16, 1))
                .isEqualTo(evaluation);
        assertThat(P3Evaluation.read(source, task, "validation", 5, "train", 16, 2)
                        .demonstrations())
                .isNotEqualTo(evaluation.demonstrations());
        // From the split that is tested nothing is left but what is not tested.
        P3Evaluation same = P3Evaluation.read(source, task, "validation", 5, "validation", 100, 1);
        Set<String> queries = new HashSet<>();
        same.examples().forEach(example -> queries.add(example.input()));
        assertThat(same.demonstrations())
                .hasSize(source.rows(task, "validation").size() - 5)
                .extracting(P3Row::inputs)
                .doesNotContainAnyElementsOf(queries);
        P3Task generation = tokens.getFirst().task();
        P3Row none = new P3Row("a", "b", List.of("c"));
        P3Rows bad = new P3Rows(java.util.Map.of("x", java.util.Map.of(generation, List.of(none))));
        assertThatThrownBy(() -> P3Evaluation.read(bad, generation, "x", 5, "x", 0, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("\"b\" is not among its choices [c]");
    }
}
