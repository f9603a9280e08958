package dev.gatun.data;

import dev.gatun.data.BatchOptions.Mode;
import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.TaskSampler.Draw;
import dev.gatun.data.internal.ContentHash;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link TrainingBatches} whose ids come from a {@link TokenCache} wherever a slot shows its task's own examples, which is what
 * S-NI prescribes. What is drawn anew for a slot (other demonstrations, symbols) is encoded as it comes. The batches are the same
 * to the bit.
 *
 * <p>Safe for threads; {@link #close} unmaps the cache's files.
 */
public final class CachedBatches implements ExampleSource, AutoCloseable {
    private static final long[] NONE = {};

    private final TrainingBatches batches;
    private final List<TokenFile> files = new ArrayList<>();

    /** The row of a task's demonstrations; those of its instances follow. */
    private final int[] firstRows;

    /** The row of an instance's source; those of its references follow. */
    private final Map<Instance, Integer> instanceRows = new IdentityHashMap<>();

    /**
     * Opens the cache's files for some batches, encoding the tasks first if they are not there yet.
     *
     * @param batches the batches
     * @param cache the cache
     * @throws UnsupportedOperationException if the tokenizer has no {@link Tokenizer#fingerprint}
     */
    public CachedBatches(TrainingBatches batches, TokenCache cache) {
        this.batches = batches;
        List<SniTask> tasks = batches.sampler().tasks();
        firstRows = new int[tasks.size()];
        int row = 0;
        for (int t = 0; t < firstRows.length; t++) {
            firstRows[t] = row++;
            for (Instance instance : tasks.get(t).instances()) {
                instanceRows.put(instance, row);
                row += 1 + instance.outputs().size();
            }
        }
        String content = content(tasks);
        for (ExampleEncoder encoder : batches.encoders()) {
            Tokenizer tokenizer = encoder.tokenizer();
            files.add(cache.open(
                    "sni",
                    cache.key(tokenizer, "sni " + encoder.options(), content),
                    1,
                    tokenizer.vocabSize(),
                    writer -> tasks.forEach(task -> fill(task, encoder, writer))));
        }
    }

    @Override
    public EncodedExample example(long step, int slot) {
        Draw draw = batches.sampler().draw(step, slot);
        int encoder = batches.encoderOf(step, slot);
        int reference = draw.instance().outputs().indexOf(draw.reference());
        Integer row = instanceRows.get(draw.instance());
        List<Example> own = batches.sampler().tasks().get(draw.task()).positiveExamples();
        if (row == null || reference < 0 || draw.demonstrations() != own) {
            return batches.encode(draw, encoder);
        }
        TokenFile file = files.get(encoder);
        return new EncodedExample(
                draw.task(), file.get(firstRows[draw.task()], 0), file.get(row, 0), file.get(row + 1 + reference, 0));
    }

    @Override
    public int padToMultipleOf() {
        return batches.padToMultipleOf();
    }

    @Override
    public void close() {
        files.forEach(TokenFile::close);
    }

    private static void fill(SniTask task, ExampleEncoder encoder, TokenCache.Writer writer) {
        boolean apart = encoder.options().mode() == Mode.HYPER;
        List<Example> examples = task.positiveExamples();
        writer.add(apart ? encoder.hyper(task, examples) : NONE);
        for (Instance instance : task.instances()) {
            writer.add(
                    apart
                            ? encoder.query(instance.input())
                            : encoder.encode(0, task, examples, instance.input(), "")
                                    .main());
            instance.outputs().forEach(output -> writer.add(encoder.target(output)));
        }
    }

    /** A hash of all that prompts are made of. */
    private static String content(List<SniTask> tasks) {
        ContentHash hash = new ContentHash();
        for (SniTask task : tasks) {
            hash.add(task.name()).add(task.definition());
            add(hash, task.positiveExamples());
            add(hash, task.negativeExamples());
            hash.add(Integer.toString(task.instances().size()));
            for (Instance instance : task.instances()) {
                hash.add(instance.input())
                        .add(Integer.toString(instance.outputs().size()));
                instance.outputs().forEach(hash::add);
            }
        }
        return hash.hex();
    }

    private static void add(ContentHash hash, List<Example> examples) {
        hash.add(Integer.toString(examples.size()));
        for (Example example : examples) {
            hash.add(example.input())
                    .add(example.output())
                    .add(example.explanation().map(text -> "=" + text).orElse(""));
        }
    }
}
