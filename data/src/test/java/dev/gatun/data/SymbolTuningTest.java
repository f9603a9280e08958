package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.TaskSampler.Demonstrations;
import dev.gatun.data.TaskSampler.Draw;
import dev.gatun.data.TaskSampler.Weighting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SymbolTuningTest {
    private static final List<SniTask> TASKS =
            List.of(Tasks.yesNo("a", 40), Tasks.yesNo("b", 20), Tasks.numbered("c", 60));
    private static final SymbolTuning ALWAYS = new SymbolTuning(1, TASKS);

    private static TaskSampler sampler(long seed, Demonstrations demonstrations, int shots, SymbolTuning symbols) {
        return new TaskSampler(TASKS, seed, Weighting.UNIFORM, demonstrations, shots, symbols);
    }

    /** All at once, by comparison with the same draw untuned: what is replaced, when, by what, and what stays. */
    @Property(tries = 500)
    void replacesLabelsConsistentlyAndOnlyWhereTheReferenceIsShown(
            @ForAll long seed,
            @ForAll @LongRange(min = 0) long step,
            @ForAll @IntRange(min = 1, max = 5) int shots,
            @ForAll Demonstrations demonstrations) {
        Draw plain = sampler(seed, demonstrations, shots, SymbolTuning.OFF).draw(step, 0);
        Draw tuned = sampler(seed, demonstrations, shots, ALWAYS).draw(step, 0);
        if (plain.task() == 2 || !shown(plain, shots)) {
            assertThat(tuned).isEqualTo(plain);
            return;
        }
        assertThat(tuned.task()).isEqualTo(plain.task());
        assertThat(tuned.instance()).isEqualTo(plain.instance());
        assertThat(tuned.demonstrations()).hasSameSizeAs(plain.demonstrations());
        Map<String, String> symbols = new HashMap<>();
        symbols.put(SniTask.label(plain.reference()), tuned.reference());
        for (int i = 0; i < plain.demonstrations().size(); i++) {
            Example before = plain.demonstrations().get(i);
            Example after = tuned.demonstrations().get(i);
            assertThat(after.input()).isEqualTo(before.input());
            assertThat(after.explanation()).isEmpty();
            String symbol = symbols.computeIfAbsent(SniTask.label(before.output()), label -> after.output());
            assertThat(after.output()).isEqualTo(symbol);
        }
        assertThat(symbols.values()).doesNotHaveDuplicates().allSatisfy(symbol -> {
            List<String> words = List.of(symbol.split(" "));
            assertThat(words).hasSizeBetween(1, 6).isSubsetOf(ALWAYS.words());
        });
    }

    @Property(tries = 200)
    void aShareOfNothingLeavesEveryDrawAlone(
            @ForAll long seed, @ForAll long step, @ForAll @IntRange(min = 0) int slot) {
        for (Demonstrations demonstrations : Demonstrations.values()) {
            TaskSampler plain = new TaskSampler(TASKS, seed, Weighting.PROPORTIONAL, demonstrations, 2);
            TaskSampler off =
                    new TaskSampler(TASKS, seed, Weighting.PROPORTIONAL, demonstrations, 2, new SymbolTuning(0, TASKS));
            assertThat(off.draw(step, slot)).isEqualTo(plain.draw(step, slot));
        }
        assertThat(SymbolTuning.OFF.words()).isEmpty();
    }

    @Property(tries = 200)
    void dependsOnSeedStepAndSlotAlone(@ForAll long seed, @ForAll long step, @ForAll @IntRange(min = 0) int slot) {
        SymbolTuning half = new SymbolTuning(0.5, TASKS);
        TaskSampler one = sampler(seed, Demonstrations.MIXED, 2, half);
        TaskSampler two = sampler(seed, Demonstrations.MIXED, 2, new SymbolTuning(0.5, TASKS));
        two.draw(step - 1, slot);
        assertThat(one.draw(step, slot)).isEqualTo(two.draw(step, slot));
    }

    @Property(tries = 5)
    void respectsTheShare(@ForAll @IntRange(min = 1, max = 9) int tenths, @ForAll long seed) {
        double share = tenths / 10.0;
        TaskSampler plain = sampler(seed, Demonstrations.MIXED, 2, SymbolTuning.OFF);
        TaskSampler tuned = sampler(seed, Demonstrations.MIXED, 2, new SymbolTuning(share, TASKS));
        int possible = 0;
        int changed = 0;
        for (int i = 0; i < 10_000; i++) {
            Draw draw = plain.draw(i, 0);
            if (draw.task() != 2 && shown(draw, 2)) {
                possible++;
                changed += tuned.draw(i, 0).equals(draw) ? 0 : 1;
            }
        }
        double deviation = Math.sqrt(possible * share * (1 - share));
        assertThat(changed)
                .isBetween((int) (possible * share - 5 * deviation), (int) (possible * share + 5 * deviation + 1));
    }

    @Test
    void sevenSymbolsOfTenAreOneWord() {
        Map<Integer, Integer> lengths = new HashMap<>();
        // Without the third task, whose inputs are too short for every length.
        TaskSampler sampler = sampler(3, Demonstrations.TASK_EXAMPLES, 2, new SymbolTuning(1, TASKS.subList(0, 2)));
        int tuned = 0;
        for (int i = 0; i < 20_000; i++) {
            Draw draw = sampler.draw(i, 0);
            if (draw.task() != 2) {
                tuned++;
                lengths.merge(draw.reference().split(" ").length, 1, Integer::sum);
            }
        }
        assertThat(lengths).containsOnlyKeys(1, 2, 3, 4, 5, 6);
        assertThat((double) lengths.get(1) / tuned).isBetween(0.68, 0.72);
        for (int length = 2; length <= 6; length++) {
            assertThat((double) lengths.get(length) / tuned).isBetween(0.05, 0.07);
        }
    }

    @Test
    void wordsAreLettersAndDigits() {
        SniTask task = Tasks.yesNo("a", 1);
        assertThat(new SymbolTuning(1, List.of(task)).words())
                .containsExactly("The", "a", "word0", "and", "other0", "things", "0");
        SniTask runOn = Tasks.numbered("a", 0)
                .withInstances(List.of(new SniTask.Instance(
                        "a-0", "don't " + "x".repeat(21) + " " + "y".repeat(20) + " été_2 \uFE0F", List.of("yes"))));
        assertThat(new SymbolTuning(1, List.of(runOn)).words()).containsExactly("don", "t", "y".repeat(20), "été", "2");
    }

    /** The stop after a symbol is the one that any output gets: in demonstrations, not in the target. */
    @Test
    void symbolsAreWrittenAsOutputsAre() {
        TaskSampler sampler = sampler(1, Demonstrations.TASK_EXAMPLES, 2, ALWAYS);
        try (T5Tokenizer tokenizer = SniMini.tokenizer()) {
            TaskEncoder texts = new TaskEncoder(EncodingOptions.DEF_2POS, tokenizer, Integer.MAX_VALUE);
            for (int i = 0; i < 20; i++) {
                Draw draw = sampler.draw(i, 0);
                if (draw.task() != 2) {
                    assertThat(draw.reference()).doesNotContain(".");
                    assertThat(texts.demonstrations(TASKS.get(draw.task()), draw.demonstrations()))
                            .contains(" Output: " + draw.reference() + ".\n");
                }
            }
        }
    }

    /** There must always be another symbol to draw. */
    @Test
    void leavesDrawsWithMoreLabelsThanWordsAlone() {
        SniTask task = Tasks.yesNo("a", 0)
                .withInstances(List.of(new SniTask.Instance("a-0", "one two three", List.of("yes"))));
        TaskSampler sampler = new TaskSampler(
                List.of(task),
                1,
                Weighting.UNIFORM,
                Demonstrations.TASK_EXAMPLES,
                2,
                new SymbolTuning(1, List.of(task)));
        assertThat(sampler.draw(0, 0).reference()).isEqualTo("yes");
    }

    @Test
    void refusesWhatCannotBe() {
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new SymbolTuning(share, TASKS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("from 0 to 1");
        }
        assertThatThrownBy(() -> new SymbolTuning(0.5, List.of()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no word");
        assertThatThrownBy(() -> sampler(1, Demonstrations.TASK_EXAMPLES, 0, ALWAYS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 shot");
    }

    private static boolean shown(Draw draw, int shots) {
        return draw.demonstrations().stream()
                .limit(shots)
                .anyMatch(example -> SniTask.label(example.output()).equals(SniTask.label(draw.reference())));
    }
}
