package dev.gatun.hart.train;

import dev.gatun.data.SniTask;
import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts the parts of tasks to their first tokens, so that the demonstrations of a task fit a small model's input whole.
 * Outputs stay as they are.
 *
 * @param tokenizer what counts the tokens
 * @param maxDefinition of a definition; 0 keeps it whole
 * @param maxExample of an example's input and of its explanation; 0 keeps them whole
 * @param maxInput of an instance's input; 0 keeps it whole
 */
public record Shortening(Tokenizer tokenizer, int maxDefinition, int maxExample, int maxInput) {
    /** What {@code config} says of lengths. */
    public static Shortening of(RunConfig config, Tokenizer tokenizer) {
        RunConfig.Data data = config.data();
        return new Shortening(tokenizer, data.maxDefinition(), data.maxExample(), data.maxInput());
    }

    /** {@code tasks}, each shortened. */
    public List<SniTask> apply(List<SniTask> tasks) {
        return tasks.stream().map(this::apply).toList();
    }

    /** {@code task}, shortened. */
    public SniTask apply(SniTask task) {
        return new SniTask(
                task.name(),
                cut(task.definition(), maxDefinition),
                examples(task.positiveExamples()),
                examples(task.negativeExamples()),
                task.instances().stream()
                        .map(i -> new SniTask.Instance(i.id(), cut(i.input(), maxInput), i.outputs()))
                        .toList(),
                task.categories(),
                task.domains(),
                task.sources(),
                task.inputLanguages(),
                task.outputLanguages(),
                task.instructionLanguages(),
                task.licenses());
    }

    /** A query, shortened. */
    public String query(String input) {
        return cut(input, maxInput);
    }

    private List<SniTask.Example> examples(List<SniTask.Example> examples) {
        return examples.stream()
                .map(e -> new SniTask.Example(
                        cut(e.input(), maxExample), e.output(), e.explanation().map(text -> cut(text, maxExample))))
                .toList();
    }

    /** {@code text}, or what its first {@code limit} tokens stand for. */
    private String cut(String text, int limit) {
        long[] ids = limit == 0 ? new long[0] : tokenizer.encode(text);
        return ids.length <= limit ? text : tokenizer.decode(Arrays.copyOf(ids, limit));
    }
}
