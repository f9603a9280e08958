package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.TaskSampler.Draw;
import dev.gatun.data.internal.CounterRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Puts arbitrary symbols in the place of labels, so that only the demonstrations tell what the answer is (Wei et al. 2023,
 * "Symbol tuning improves in-context learning in language models").
 *
 * <p>A draw of a task with a closed label set ({@link SniTask#isClosed}) is changed with a probability, the <em>share</em>, if
 * its reference is among the outputs that the demonstrations show: a symbol that nothing shows could not be known. Then every
 * label of the draw, in demonstrations and reference alike, gets a symbol of its own: mostly one word, sometimes a few words in
 * a row, taken from the inputs of training instances. Outputs that differ only in blanks around them or in a full stop at the
 * end are the same label. A symbol has no full stop: {@link TaskEncoder} adds one where it adds one to any output. Explanations,
 * which speak of the old labels, are dropped; definition and negative examples are not touched.
 *
 * <p>Immutable and safe for threads.
 */
public final class SymbolTuning {
    /** Changes nothing. */
    public static final SymbolTuning OFF = new SymbolTuning(0, List.of());

    /** How often a symbol is one word. The rest are spans: with words alone a model learns to copy the first token only. */
    private static final double ONE_WORD = 0.7;

    private static final int SHORTEST_SPAN = 2;
    private static final int LONGEST_SPAN = 6;
    /** What is longer is seldom a word: sequences, addresses, a sentence of a script without blanks. */
    private static final int LONGEST_WORD = 20;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}]*+");

    private final double share;
    private final List<String> words;
    private final List<String> inputs;

    /**
     * Makes a symbol tuning.
     *
     * @param share the probability that a draw that can be changed is, 0 to 1; with 0 every draw stays as it is, to the bit
     * @param tasks the training tasks, whose inputs the symbols are taken from; those of the sampler. Not read if share is 0
     * @throws IllegalArgumentException if {@code share} is not a probability
     * @throws DataException if there is no word in any input
     */
    public SymbolTuning(double share, List<SniTask> tasks) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of symbol tuning must be from 0 to 1, got " + share);
        }
        Set<String> distinct = new LinkedHashSet<>();
        List<String> runs = new ArrayList<>();
        for (SniTask task : share == 0 ? List.<SniTask>of() : tasks) {
            for (SniTask.Instance instance : task.instances()) {
                List<String> found = wordsOf(instance.input());
                distinct.addAll(found);
                if (found.size() >= SHORTEST_SPAN) {
                    runs.add(instance.input());
                }
            }
        }
        if (share > 0 && distinct.isEmpty()) {
            throw new DataException(
                    "symbol tuning finds no word in the inputs of the training tasks; set its share to 0");
        }
        this.share = share;
        this.words = List.copyOf(distinct);
        this.inputs = List.copyOf(runs);
    }

    /**
     * Returns the probability that a draw that can be changed is.
     *
     * @return the share, 0 to 1
     */
    public double share() {
        return share;
    }

    /**
     * Returns the words that symbols are made of. A {@link VocabularySubset} must have them in its corpus: a word that the
     * training texts have only inside brackets or after a hyphen has other tokens when it stands alone.
     *
     * @return every word once, unmodifiable; none if the share is 0
     */
    public List<String> words() {
        return words;
    }

    /**
     * Changes a draw of a task with a closed label set, or not.
     *
     * @param shown how many of the draw's demonstrations the model will see, from the first on
     * @param random the draw's own stream
     */
    Draw apply(Draw draw, int shown, CounterRandom random) {
        String target = SniTask.label(draw.reference());
        boolean known = draw.demonstrations().stream()
                .limit(shown)
                .anyMatch(example -> SniTask.label(example.output()).equals(target));
        // One more word than labels, so that there always is another symbol; only toy tasks have fewer.
        if (!known || draw.demonstrations().size() >= words.size() || random.nextDouble() >= share) {
            return draw;
        }
        Map<String, String> symbols = new HashMap<>();
        List<Example> demonstrations = new ArrayList<>();
        for (Example example : draw.demonstrations()) {
            String label = SniTask.label(example.output());
            if (!symbols.containsKey(label)) {
                symbols.put(label, symbol(symbols, random));
            }
            demonstrations.add(new Example(example.input(), symbols.get(label)));
        }
        return new Draw(draw.task(), draw.instance(), symbols.get(target), List.copyOf(demonstrations));
    }

    private String symbol(Map<String, String> taken, CounterRandom random) {
        String symbol;
        do {
            symbol = inputs.isEmpty() || random.nextDouble() < ONE_WORD
                    ? words.get(random.nextInt(words.size()))
                    : span(random);
        } while (taken.containsValue(symbol));
        return symbol;
    }

    private String span(CounterRandom random) {
        List<String> all = wordsOf(inputs.get(random.nextInt(inputs.size())));
        int length = SHORTEST_SPAN + random.nextInt(Math.min(LONGEST_SPAN, all.size()) - SHORTEST_SPAN + 1);
        int first = random.nextInt(all.size() - length + 1);
        return String.join(" ", all.subList(first, first + length));
    }

    private static List<String> wordsOf(String text) {
        return WORD.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(word -> word.length() <= LONGEST_WORD)
                .toList();
    }
}
