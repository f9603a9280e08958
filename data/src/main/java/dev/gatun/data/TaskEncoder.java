package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.internal.PythonText;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a task as text exactly as Tk-Instruct's collator does.
 *
 * <p>A prompt has two parts. The <em>demonstrations</em> are everything about the task: definition and examples. The
 * <em>query</em> is the tail, from {@code Now complete the following example -} on. In-context models read both as one
 * source; a hypernetwork reads the demonstrations and the main model the query.
 *
 * <p>Every definition, input, output and explanation is stripped and gets a full stop unless it ends in punctuation.
 * Examples are added whole while the prompt fits the limit; the first that does not fit ends the list.
 *
 * <p>Immutable; as safe for threads as its tokenizer.
 */
public final class TaskEncoder {
    private final EncodingOptions options;
    private final Tokenizer tokenizer;
    private final int maxLength;

    /**
     * Makes an encoder.
     *
     * @param options what to show
     * @param tokenizer measures lengths
     * @param maxLength the greatest number of tokens of a prompt, the end-of-sequence token included;
     *     {@link Integer#MAX_VALUE} for no limit
     */
    public TaskEncoder(EncodingOptions options, Tokenizer tokenizer, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be at least 1, got " + maxLength);
        }
        this.options = options;
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
    }

    /**
     * Writes the whole prompt for one input, with the task's own examples.
     *
     * @param task the task
     * @param input the input to be answered
     * @return demonstrations and query. If it is longer than the limit even without examples it is what remains after
     *     cutting its tokens on the right, which loses the end of the query: Tk-Instruct does the same
     */
    public String source(SniTask task, String input) {
        return source(task, task.positiveExamples(), input);
    }

    /**
     * Writes the whole prompt for one input, with other examples than the task's own.
     *
     * @param task the task whose name, definition and negative examples are shown
     * @param positive the positive examples to choose from, in order
     * @param input the input to be answered
     * @return as {@link #source(SniTask, String)}
     */
    public String source(SniTask task, List<Example> positive, String input) {
        String query = query(input);
        String source = demonstrations(task, positive, query) + query;
        if (maxLength == Integer.MAX_VALUE) {
            return source;
        }
        long[] ids = tokenizer.encode(source);
        // With its EOS the source has ids.length + 1 tokens; one that is too long loses at least that EOS.
        return ids.length < maxLength ? source : tokenizer.decode(Arrays.copyOf(ids, maxLength));
    }

    /**
     * Writes what is known of a task, with the task's own examples.
     *
     * @param task the task
     * @return everything before {@code Now complete the following example -}; examples are added while this part alone fits
     *     the limit. A definition that is too long is not cut
     */
    public String demonstrations(SniTask task) {
        return demonstrations(task, task.positiveExamples());
    }

    /**
     * Writes what is known of a task, with other examples than the task's own.
     *
     * @param task the task whose name, definition and negative examples are shown
     * @param positive the positive examples to choose from, in order
     * @return as {@link #demonstrations(SniTask)}
     */
    public String demonstrations(SniTask task, List<Example> positive) {
        return demonstrations(task, positive, "");
    }

    /**
     * Writes the tail of a prompt.
     *
     * @param input the input to be answered
     * @return {@code "Now complete the following example -\nInput: ...\nOutput: "}
     */
    public static String query(String input) {
        return "Now complete the following example -\n" + line("Input: ", input) + "Output: ";
    }

    private String demonstrations(SniTask task, List<Example> positive, String query) {
        String name = options.taskName() ? task.name() + ". " : "";
        String definition = options.definition() ? line("Definition: ", task.definition()) + "\n" : "";
        Blocks positives = new Blocks(definition, query);
        positives.add("Positive", positive, options.positiveExamples());
        Blocks negatives = new Blocks(definition + positives.measured, query);
        negatives.add("Negative", task.negativeExamples(), options.negativeExamples());
        return name + definition + positives.text + negatives.text;
    }

    /** One label, its text and a line end, with the stop that the official encoding adds. */
    private static String line(String label, String text) {
        String line = label + PythonText.strip(text);
        // An empty text gets a stop too: the last character is then the label's blank.
        return PythonText.isPunctuation(line.charAt(line.length() - 1)) ? line + "\n" : line + ".\n";
    }

    /** The examples taken so far. The limit is tested on another join than the one used: see {@link #measured}. */
    private final class Blocks {
        private final String before;
        private final String after;
        private final StringBuilder text = new StringBuilder();

        /** The blocks with a blank between them: Tk-Instruct measures these, and uses them without the blank. */
        private String measured = "";

        Blocks(String before, String after) {
            this.before = before;
            this.after = after;
        }

        void add(String kind, List<Example> examples, int limit) {
            for (int i = 0; i < Math.min(limit, examples.size()); i++) {
                String block = block(kind, i + 1, examples.get(i));
                if (!fits(before + measured + block + after)) {
                    return;
                }
                measured = measured.isEmpty() ? block : measured + " " + block;
                text.append(block);
            }
        }

        private String block(String kind, int number, Example example) {
            String block = " " + kind + " Example " + number + " -\n" + line("Input: ", example.input())
                    + line(" Output: ", example.output());
            if (options.explanations() && example.explanation().isPresent()) {
                block += line(" Explanation: ", example.explanation().get());
            }
            return block + "\n";
        }

        private boolean fits(String prompt) {
            return maxLength == Integer.MAX_VALUE || tokenizer.encode(prompt).length < maxLength;
        }
    }
}
