package dev.gatun.data;

import dev.gatun.data.BatchOptions.Mode;
import dev.gatun.data.SniTask.Example;
import java.util.List;

/**
 * Turns a task, its demonstrations, an input and a reference into token ids.
 *
 * <p>Immutable; as safe for threads as its tokenizer.
 */
public final class ExampleEncoder {
    private static final long[] NONE = {};

    private final Tokenizer tokenizer;
    private final BatchOptions options;
    private final TaskEncoder texts;

    /**
     * Makes an encoder.
     *
     * @param tokenizer the main model's tokenizer, which the hypernetwork shares
     * @param options mode and lengths
     */
    public ExampleEncoder(Tokenizer tokenizer, BatchOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
        // Examples are added while the sequence that holds them fits its own limit.
        int limit = options.mode() == Mode.HYPER ? options.maxHyper() : options.maxMain();
        this.texts = new TaskEncoder(options.encoding(), tokenizer, limit);
    }

    /**
     * Returns mode and lengths.
     *
     * @return the options
     */
    public BatchOptions options() {
        return options;
    }

    /**
     * Encodes one row.
     *
     * @param index the index of the query's task, kept in the result
     * @param task the task that the demonstrations come from: its name, definition and negative examples are shown. Usually
     *     the query's task; another one to see what wrong demonstrations do
     * @param demonstrations the positive examples to choose from, usually {@code task.positiveExamples()}
     * @param input the input to be answered
     * @param reference the target
     * @return the ids. A source that is too long even without examples is cut on the right
     */
    public EncodedExample encode(
            int index, SniTask task, List<Example> demonstrations, String input, String reference) {
        long[] labels = target(reference);
        return switch (options.mode()) {
            case HYPER -> new EncodedExample(index, hyper(task, demonstrations), query(input), labels);
            case IN_CONTEXT ->
                new EncodedExample(
                        index,
                        NONE,
                        tokenizer.encodeWithEos(texts.source(task, demonstrations, input), options.maxMain()),
                        labels);
        };
    }

    /** The tokenizer, which stays its owner's. */
    Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The ids of a target, ending in EOS. */
    long[] target(String reference) {
        return tokenizer.encodeWithEos(reference, options.maxTarget());
    }

    /**
     * Encodes demonstrations alone, as the hypernetwork reads them.
     *
     * @param task the task
     * @param demonstrations the positive examples to choose from
     * @return new ids [H], H at most {@link BatchOptions#maxHyper()}, ending in {@link Tokenizer#EOS}
     */
    public long[] hyper(SniTask task, List<Example> demonstrations) {
        return tokenizer.encodeWithEos(texts.demonstrations(task, demonstrations), options.maxHyper());
    }

    /**
     * Encodes a query alone, as the main model reads it beside a hypernetwork.
     *
     * @param input the input to be answered
     * @return new ids [S], S at most {@link BatchOptions#maxMain()}, ending in {@link Tokenizer#EOS}
     */
    public long[] query(String input) {
        return tokenizer.encodeWithEos(TaskEncoder.query(input), options.maxMain());
    }
}
