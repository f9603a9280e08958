package dev.gatun.apps.example;

import dev.gatun.data.SniMini;
import dev.gatun.data.SniTask;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.VocabularySubset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Inputs of the bundled training tasks, and the category of the task that each comes from. Every fifth instance of a
 * task is held out; of those, texts that also occur among the others are left out.
 *
 * @param classes the categories, by name
 * @param vocabulary how many token numbers there are
 * @param train what to train on
 * @param heldOut what to judge by
 */
record TextData(List<String> classes, int vocabulary, List<Text> train, List<Text> heldOut) {
    /** The token number that fills up short texts. */
    static final long PADDING = 0;

    private static final int LONGEST = 64;
    private static final int HELD_OUT_EVERY = 5;

    /** A text as token numbers, and the number of its class. */
    record Text(long[] tokens, int label) {}

    private record Raw(String text, String category) {}

    /** The first {@code tasks} training tasks. */
    static TextData read(int tasks) {
        List<SniTask> all = SniMini.trainTasks();
        List<Raw> train = new ArrayList<>();
        List<Raw> heldOut = new ArrayList<>();
        for (SniTask task : all.subList(0, Math.min(tasks, all.size()))) {
            String category = task.categories().getFirst();
            for (int i = 0; i < task.instances().size(); i++) {
                Raw raw = new Raw(task.instances().get(i).input(), category);
                (i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1 ? heldOut : train).add(raw);
            }
        }
        Set<String> seen = new HashSet<>();
        train.forEach(raw -> seen.add(raw.text));
        heldOut.removeIf(raw -> seen.contains(raw.text));
        List<String> classes =
                train.stream().map(Raw::category).distinct().sorted().toList();
        try (T5Tokenizer base = SniMini.tokenizer()) {
            Tokenizer tokenizer =
                    VocabularySubset.of(base, seen.stream().sorted().toList());
            return new TextData(
                    classes,
                    tokenizer.vocabSize(),
                    encoded(train, classes, tokenizer),
                    encoded(heldOut, classes, tokenizer));
        }
    }

    private static List<Text> encoded(List<Raw> raws, List<String> classes, Tokenizer tokenizer) {
        List<Text> texts = new ArrayList<>();
        for (Raw raw : raws) {
            long[] tokens = tokenizer.encode(raw.text);
            texts.add(new Text(Arrays.copyOf(tokens, Math.min(tokens.length, LONGEST)), classes.indexOf(raw.category)));
        }
        return List.copyOf(texts);
    }

    /** The share of the held-out texts that are of the class most frequent in training, the first such one. */
    double mostFrequent() {
        long[] counts = new long[classes.size()];
        train.forEach(text -> counts[text.label]++);
        int most = 0;
        for (int i = 1; i < counts.length; i++) {
            most = counts[i] > counts[most] ? i : most;
        }
        int chosen = most;
        return heldOut.stream().filter(text -> text.label == chosen).count() / (double) heldOut.size();
    }
}
