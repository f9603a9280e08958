package dev.gatun.data;

import dev.gatun.data.internal.CounterRandom;
import dev.gatun.data.internal.PythonText;
import dev.gatun.data.internal.SniParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Super-NaturalInstructions task: what is to be done, a few worked examples, and instances to train or test on.
 *
 * <p>Texts are kept exactly as the file has them (some outputs begin or end with blanks; {@link TaskEncoder} strips what the
 * official encoding strips). Immutable.
 *
 * @param name the file's name without {@code .json}, such as {@code task363_sst2_polarity_classification}
 * @param definition the instruction; of a list its first element, as Tk-Instruct takes it
 * @param positiveExamples worked examples to follow, usually two to four
 * @param negativeExamples worked examples of what is wrong, possibly none
 * @param instances the data proper
 * @param categories the kinds of task, such as {@code Textual Entailment}; nearly always one
 * @param domains what the texts are about
 * @param sources the data sets that the instances come from
 * @param inputLanguages languages of the inputs, such as {@code English}
 * @param outputLanguages languages of the outputs
 * @param instructionLanguages languages of the definition
 * @param licenses the licences of the instances; empty if the file names none
 */
public record SniTask(
        String name,
        String definition,
        List<Example> positiveExamples,
        List<Example> negativeExamples,
        List<Instance> instances,
        List<String> categories,
        List<String> domains,
        List<String> sources,
        List<String> inputLanguages,
        List<String> outputLanguages,
        List<String> instructionLanguages,
        List<String> licenses) {

    private static final List<String> ENGLISH = List.of("English");
    private static final int MOST_LABELS = 20;
    private static final int LONGEST_LABEL = 6;

    /** Copies the lists. */
    public SniTask {
        positiveExamples = List.copyOf(positiveExamples);
        negativeExamples = List.copyOf(negativeExamples);
        instances = List.copyOf(instances);
        categories = List.copyOf(categories);
        domains = List.copyOf(domains);
        sources = List.copyOf(sources);
        inputLanguages = List.copyOf(inputLanguages);
        outputLanguages = List.copyOf(outputLanguages);
        instructionLanguages = List.copyOf(instructionLanguages);
        licenses = List.copyOf(licenses);
    }

    /**
     * A worked example.
     *
     * @param input the input
     * @param output the output shown for it
     * @param explanation why the output is right or wrong; empty if the file gives none
     */
    public record Example(String input, String output, Optional<String> explanation) {
        /**
         * Makes an example without an explanation.
         *
         * @param input the input
         * @param output the output shown for it
         */
        public Example(String input, String output) {
            this(input, output, Optional.empty());
        }
    }

    /**
     * An instance to train or test on.
     *
     * @param id its identifier, unique within the task
     * @param input the input
     * @param outputs the references, each an acceptable output; at least one
     */
    public record Instance(String id, String input, List<String> outputs) {
        /** Copies the list. */
        public Instance {
            outputs = List.copyOf(outputs);
        }
    }

    /** A task's instances cut in two. The definition and the worked examples are the same in both.
     *
     * @param train the task with the instances to train on
     * @param heldOut the task with the instances kept back
     */
    public record Parts(SniTask train, SniTask heldOut) {}

    /**
     * Reads a task file.
     *
     * <p>Known variants are understood: definition, categories, domains and languages as a list or a plain string, outputs
     * likewise, and files without the fields that nothing here needs.
     *
     * @param file a JSON file of allenai/natural-instructions
     * @return the task, named after the file
     * @throws DataException if the file cannot be read, is not JSON, or is not such a task
     */
    public static SniTask read(Path file) {
        return SniParser.read(file);
    }

    /**
     * Returns the category that scores are grouped by.
     *
     * @return the first category, or {@code Unknown} if the file names none
     */
    public String category() {
        return categories.isEmpty() ? "Unknown" : categories.getFirst();
    }

    /**
     * Tells whether the task is English throughout, as those of the default S-NI split are.
     *
     * @return true if the languages of inputs, outputs and instructions are English and nothing else; languages that the
     *     file does not name count as English
     */
    public boolean isEnglish() {
        return english(inputLanguages) && english(outputLanguages) && english(instructionLanguages);
    }

    /**
     * Tells whether the task chooses its outputs from a closed set of labels, as classification does.
     *
     * @return true if its instances have at most 20 different outputs and none of them more than 6 words. Outputs that differ
     *     only in blanks around them or in a full stop at the end are the same. A task with few instances and short outputs
     *     counts too, whatever it asks for
     */
    public boolean isClosed() {
        Set<String> labels = new HashSet<>();
        for (Instance instance : instances) {
            for (String output : instance.outputs()) {
                String label = label(output);
                if (labels.add(label)
                        && (labels.size() > MOST_LABELS
                                || PythonText.squeeze(label).split(" ").length > LONGEST_LABEL)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The label that an output stands for: the output without blanks around it and without a full stop at its end. */
    static String label(String output) {
        String label = PythonText.strip(output);
        return label.endsWith(".") ? PythonText.strip(label.substring(0, label.length() - 1)) : label;
    }

    /**
     * Keeps the first instances, as the official evaluation does with 100.
     *
     * @param limit the greatest number to keep, not negative
     * @return this task if it has no more than that, else a copy with fewer
     */
    public SniTask firstInstances(int limit) {
        return limit >= instances.size() ? this : withInstances(instances.subList(0, limit));
    }

    /**
     * Keeps a random selection of instances, as Tk-Instruct's training does with 100: shuffled, then cut.
     *
     * @param limit the greatest number to keep, not negative
     * @param seed the same seed and task give the same selection
     * @return this task if it has no more than that, else a copy with fewer, in the file's order
     */
    public SniTask sampleInstances(int limit, long seed) {
        if (limit >= instances.size()) {
            return this;
        }
        CounterRandom random = new CounterRandom(seed, name.hashCode(), 0);
        List<Instance> kept = new ArrayList<>();
        for (int i : random.distinct(limit, instances.size()).sorted().toArray()) {
            kept.add(instances.get(i));
        }
        return withInstances(kept);
    }

    /**
     * Cuts the task in two, keeping back its last instances.
     *
     * @param heldOut how many to keep back; at most half of the instances are, so that training always has the larger part
     * @return both parts; every instance is in exactly one of them
     * @throws IllegalArgumentException if {@code heldOut} is negative
     */
    public Parts split(int heldOut) {
        if (heldOut < 0) {
            throw new IllegalArgumentException("cannot hold out " + heldOut + " instances");
        }
        int cut = instances.size() - Math.min(heldOut, instances.size() / 2);
        return new Parts(
                withInstances(instances.subList(0, cut)), withInstances(instances.subList(cut, instances.size())));
    }

    /**
     * Replaces the instances.
     *
     * @param other the instances of the copy
     * @return a copy with the same definition and examples
     */
    public SniTask withInstances(List<Instance> other) {
        return new SniTask(
                name,
                definition,
                positiveExamples,
                negativeExamples,
                other,
                categories,
                domains,
                sources,
                inputLanguages,
                outputLanguages,
                instructionLanguages,
                licenses);
    }

    private static boolean english(List<String> languages) {
        return languages.isEmpty() || languages.equals(ENGLISH);
    }
}
