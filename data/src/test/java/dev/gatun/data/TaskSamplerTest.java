package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.TaskSampler.Demonstrations;
import dev.gatun.data.TaskSampler.Draw;
import dev.gatun.data.TaskSampler.Weighting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskSamplerTest {
    private static final List<SniTask> TASKS =
            List.of(Tasks.numbered("a", 5), Tasks.numbered("b", 20), Tasks.numbered("c", 60), Tasks.numbered("d", 100));
    private static final int DRAWS = 20_000;

    @Test
    void proportionalDrawsEveryInstanceEquallyOften() {
        Map<String, Integer> counts =
                count(new TaskSampler(TASKS, 1), draw -> draw.instance().id());
        assertThat(counts).hasSize(185);
        double expected = DRAWS / 185.0;
        double chi2 = counts.values().stream()
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        assertThat(chi2).isBetween(chi2Quantile(184, -3.09), chi2Quantile(184, 3.09));
    }

    @Test
    void proportionalDrawsTasksInProportionToSize() {
        Map<Integer, Integer> counts = count(new TaskSampler(TASKS, 2), Draw::task);
        double chi2 = 0;
        for (int i = 0; i < TASKS.size(); i++) {
            double expected = DRAWS * TASKS.get(i).instances().size() / 185.0;
            chi2 += Math.pow(counts.get(i) - expected, 2) / expected;
        }
        assertThat(chi2).isLessThan(chi2Quantile(3, 3.09));
    }

    @Test
    void uniformDrawsTasksEquallyOften() {
        TaskSampler sampler = new TaskSampler(TASKS, 3, Weighting.UNIFORM, Demonstrations.TASK_EXAMPLES, 0);
        double expected = DRAWS / 4.0;
        double chi2 = count(sampler, Draw::task).values().stream()
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        assertThat(chi2).isLessThan(chi2Quantile(3, 3.09));
    }

    @Test
    void drawsEveryReference() {
        Map<String, Integer> counts =
                count(new TaskSampler(TASKS, 4), draw -> draw.reference().substring(0, 1));
        double expected = DRAWS / 2.0;
        assertThat(counts.get("a") - expected).isBetween(-300.0, 300.0); // four standard deviations
        assertThat(counts).containsOnlyKeys("a", "b");
    }

    @Test
    void neighbouringSlotsAndStepsAreIndependent() {
        TaskSampler sampler = new TaskSampler(List.of(Tasks.numbered("a", 4)), 5);
        int[][] pairs = new int[2][16];
        for (int i = 0; i < DRAWS; i++) {
            int here = index(sampler.draw(i, 7));
            pairs[0][4 * here + index(sampler.draw(i, 8))]++;
            pairs[1][4 * here + index(sampler.draw(i + 1, 7))]++;
        }
        for (int[] table : pairs) {
            double expected = DRAWS / 16.0;
            double chi2 = 0;
            for (int n : table) {
                chi2 += (n - expected) * (n - expected) / expected;
            }
            assertThat(chi2).isLessThan(chi2Quantile(15, 3.09));
        }
    }

    /** Resuming an old run must draw what the old run would have drawn: these values may never change. */
    @Test
    void drawsAreFixedForEver() {
        TaskSampler sampler = new TaskSampler(TASKS, 42, Weighting.PROPORTIONAL, Demonstrations.TRAINING_INSTANCES, 2);
        assertThat(describe(sampler.draw(0, 0))).isEqualTo("3 d-44 a44 [d input 72=a72, d input 50=b50]");
        assertThat(describe(sampler.draw(0, 1))).isEqualTo("3 d-76 a76 [d input 75=a75, d input 28=b28]");
        assertThat(describe(sampler.draw(123_456_789_012L, 255)))
                .isEqualTo("2 c-31 b31 [c input 9=a9, c input 50=b50]");
    }

    @Test
    void demonstrationsFromTrainingInstancesNeverShowTheQuery() {
        TaskSampler sampler = new TaskSampler(TASKS, 6, Weighting.UNIFORM, Demonstrations.TRAINING_INSTANCES, 2);
        for (int i = 0; i < 2000; i++) {
            Draw draw = sampler.draw(i, 0);
            assertThat(draw.demonstrations())
                    .hasSize(2)
                    .extracting(SniTask.Example::input)
                    .doesNotHaveDuplicates()
                    .doesNotContain(draw.instance().input());
        }
    }

    @Test
    void aTaskWithFewInstancesShowsFewerDemonstrations() {
        List<SniTask> tiny = List.of(Tasks.numbered("a", 2));
        TaskSampler sampler = new TaskSampler(tiny, 7, Weighting.UNIFORM, Demonstrations.TRAINING_INSTANCES, 5);
        assertThat(sampler.draw(0, 0).demonstrations()).hasSize(1);
    }

    @Test
    void theSourceOfDemonstrationsDoesNotChangeTheQueries() {
        TaskSampler own = new TaskSampler(TASKS, 8);
        TaskSampler drawn = new TaskSampler(TASKS, 8, Weighting.PROPORTIONAL, Demonstrations.TRAINING_INSTANCES, 2);
        for (int slot = 0; slot < 100; slot++) {
            assertThat(own.draw(3, slot).instance())
                    .isEqualTo(drawn.draw(3, slot).instance());
            assertThat(own.draw(3, slot).reference())
                    .isEqualTo(drawn.draw(3, slot).reference());
        }
    }

    @Test
    void mixedShowsTheTasksExamplesInHalfOfTheDraws() {
        TaskSampler sampler = new TaskSampler(TASKS, 9, Weighting.PROPORTIONAL, Demonstrations.MIXED, 2);
        int own = 0;
        for (int i = 0; i < DRAWS; i++) {
            Draw draw = sampler.draw(i, 3);
            if (draw.demonstrations().equals(TASKS.get(draw.task()).positiveExamples())) {
                own++;
            } else {
                assertThat(draw.demonstrations())
                        .hasSize(2)
                        .extracting(SniTask.Example::input)
                        .doesNotHaveDuplicates()
                        .doesNotContain(draw.instance().input());
            }
        }
        assertThat(own).isBetween(DRAWS / 2 - 283, DRAWS / 2 + 283); // four standard deviations
    }

    /** Of 20 labels, each on five of 100 instances, two drawn freely of the other 99 show the query's 8 times in 100. */
    @Test
    void mixedShowsTheQuerysOutputEightTimesInTen() {
        SniTask labels = labelled(100, 20);
        TaskSampler sampler = new TaskSampler(List.of(labels), 10, Weighting.UNIFORM, Demonstrations.MIXED, 2);
        int drawn = 0;
        int first = 0;
        int shown = 0;
        for (int i = 0; i < DRAWS; i++) {
            Draw draw = sampler.draw(i, 0);
            if (!draw.demonstrations().equals(labels.positiveExamples())) {
                drawn++;
                List<String> outputs = draw.demonstrations().stream()
                        .map(SniTask.Example::output)
                        .toList();
                shown += outputs.contains(draw.reference()) ? 1 : 0;
                first += outputs.getFirst().equals(draw.reference()) ? 1 : 0;
                assertThat(draw.demonstrations())
                        .hasSize(2)
                        .allSatisfy(example -> assertThat(labels.instances())
                                .anyMatch(instance -> instance.input().equals(example.input())
                                        && instance.outputs().contains(example.output())))
                        .extracting(SniTask.Example::input)
                        .doesNotHaveDuplicates()
                        .doesNotContain(draw.instance().input());
            }
        }
        double free = 1 - (95.0 / 99) * (94.0 / 98);
        assertThat((double) shown / drawn).isBetween(0.8 + 0.2 * free - 0.016, 0.8 + 0.2 * free + 0.016);
        // The instance with the query's output stands in either place.
        double other = 0.8 * 0.5 * (1 + 3.0 / 98) + 0.2 * 4 / 99;
        assertThat((double) first / drawn).isBetween(other - 0.02, other + 0.02);
    }

    @Test
    void mixedShowsOtherOutputsWhereNoneIsTheSame() {
        SniTask labels = labelled(20, 20);
        TaskSampler sampler = new TaskSampler(List.of(labels), 11, Weighting.UNIFORM, Demonstrations.MIXED, 2);
        for (int i = 0; i < 500; i++) {
            assertThat(sampler.draw(i, 0).demonstrations()).hasSizeBetween(2, 3);
        }
        SniTask single = labelled(1, 1);
        TaskSampler lonely = new TaskSampler(List.of(single), 11, Weighting.UNIFORM, Demonstrations.MIXED, 2);
        for (int i = 0; i < 50; i++) {
            assertThat(lonely.draw(i, 0).demonstrations()).isIn(List.of(), single.positiveExamples());
        }
    }

    /** As above: these values may never change. */
    @Test
    void mixedAndTunedDrawsAreFixedForEver() {
        List<SniTask> tasks = List.of(Tasks.yesNo("a", 40), Tasks.yesNo("b", 20), Tasks.numbered("c", 60));
        TaskSampler sampler =
                new TaskSampler(tasks, 42, Weighting.UNIFORM, Demonstrations.MIXED, 2, new SymbolTuning(0.8, tasks));
        assertThat(describe(sampler.draw(0, 0))).isEqualTo("2 c-26 a26 [c input 30=b30, c input 21=a21]");
        assertThat(describe(sampler.draw(0, 1)))
                .isEqualTo(
                        "1 b-15 no [The b word7 (and) other7 things, 7!=no, The b word14 (and) other14 things, 14!=yes]");
        assertThat(describe(sampler.draw(0, 5)))
                .isEqualTo(
                        "1 b-5 word32 [The b word18 (and) other18 things, 18!=other23, The b word1 (and) other1 things, 1!=word32]");
        assertThat(describe(sampler.draw(0, 10)))
                .isEqualTo("1 b-12 19 [b one=19, b two=The b word8 and other8 things, b three=other4]");
        assertThat(describe(sampler.draw(123_456_789_012L, 255)))
                .isEqualTo("0 a-21 no [a one=yes, a two= no., a three=maybe]");
    }

    @Test
    void refusesTasksThatCannotBeSampled() {
        assertThatThrownBy(() -> new TaskSampler(List.of(), 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no training task");
        assertThatThrownBy(() -> new TaskSampler(List.of(Tasks.numbered("empty", 0)), 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("empty");
    }

    private static <K> Map<K, Integer> count(TaskSampler sampler, Function<Draw, K> key) {
        Map<K, Integer> counts = new HashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            counts.merge(key.apply(sampler.draw(i / 256, i % 256)), 1, Integer::sum);
        }
        return counts;
    }

    private static SniTask labelled(int instances, int labels) {
        return Tasks.numbered("a", 0)
                .withInstances(IntStream.range(0, instances)
                        .mapToObj(i -> new Instance("a-" + i, "input " + i, List.of("label " + i % labels)))
                        .toList());
    }

    private static int index(Draw draw) {
        String id = draw.instance().id();
        return Integer.parseInt(id.substring(id.indexOf('-') + 1));
    }

    private static String describe(Draw draw) {
        Instance instance = draw.instance();
        return draw.task() + " " + instance.id() + " " + draw.reference() + " "
                + draw.demonstrations().stream()
                        .map(example -> example.input() + "=" + example.output())
                        .toList();
    }

    /** Wilson and Hilferty's approximation; z = 3.09 leaves out one in a thousand. */
    private static double chi2Quantile(int degrees, double z) {
        double c = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - c + z * Math.sqrt(c), 3);
    }

    @Test
    void noDemonstrationHasTheQuerysInput() {
        // Every input comes twice, and one of them is a worked example as well.
        SniTask once = Tasks.numbered("x", 4);
        List<Instance> twice = new ArrayList<>(once.instances());
        once.instances()
                .forEach(i -> twice.add(new Instance(i.id() + "-again", " " + i.input() + "\n", List.of("again"))));
        twice.add(new Instance("shown", "x one", List.of("1")));
        SniTask task = once.withInstances(twice);
        for (Demonstrations kind : Demonstrations.values()) {
            TaskSampler sampler = new TaskSampler(List.of(task), 3, Weighting.UNIFORM, kind, 6);
            int shown = 0;
            for (int slot = 0; slot < 300; slot++) {
                Draw draw = sampler.draw(0, slot);
                assertThat(draw.demonstrations())
                        .noneMatch(example -> example.input()
                                .strip()
                                .equals(draw.instance().input().strip()));
                shown += draw.demonstrations().size();
            }
            assertThat(shown).as(kind.name()).isGreaterThan(600);
        }
    }

    @Test
    void textsThatAreAlikeOnlyWhenCutAreShown() {
        SniTask whole = Tasks.numbered("a", 6);
        SniTask cut = whole.withInstances(whole.instances().stream()
                .map(i -> new Instance(i.id(), "a", i.outputs()))
                .toList());
        TaskSampler blind = new TaskSampler(List.of(cut), 3, Weighting.UNIFORM, Demonstrations.TRAINING_INSTANCES, 3);
        assertThat(blind.draw(0, 0).demonstrations()).isEmpty();
        TaskSampler seeing = blind.ofCut(List.of(whole));
        for (int slot = 0; slot < 50; slot++) {
            assertThat(seeing.draw(0, slot).demonstrations()).hasSize(3);
        }
        assertThatThrownBy(() -> blind.ofCut(List.of(Tasks.numbered("a", 5))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before their texts were cut");
    }
}
