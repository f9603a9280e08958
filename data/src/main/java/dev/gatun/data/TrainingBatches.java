package dev.gatun.data;

import dev.gatun.data.TaskSampler.Draw;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The training batches of a run, addressable by step and slots.
 *
 * <p>Nothing is consumed: any part of any step's batch can be asked for, at any time, from any thread or process, and is
 * always the same (see {@link TaskSampler}). Only the padding depends on which rows are asked for together.
 *
 * {@snippet :
 * var batches = new TrainingBatches(new TaskSampler(tasks, 42), new ExampleEncoder(tokenizer, BatchOptions.HYPER));
 * Batch whole = batches.batch(0, 0, 16);
 * Batch secondRank = batches.batch(0, 8, 8); // its rows are rows 8 to 15 of the whole
 * }
 *
 * @param sampler decides what each slot works on
 * @param encoder turns it into ids
 */
public record TrainingBatches(TaskSampler sampler, ExampleEncoder encoder) {
    /**
     * Makes the batch of some slots of a step.
     *
     * @param step the optimizer step
     * @param firstSlot the number, in the whole batch of the step, of the first slot wanted
     * @param rows how many slots are wanted
     * @return a new batch with {@code rows} rows; its task indices refer to {@link TaskSampler#tasks()}
     */
    public Batch batch(long step, int firstSlot, int rows) {
        return Batch.of(examples(step, firstSlot, rows), encoder.options().padToMultipleOf());
    }

    /**
     * Makes all of a step in equal parts, rows of like length together, so that little is padding; the order of the rows
     * is not that of the slots.
     *
     * @param step the optimizer step
     * @param rows how many slots the step has, a multiple of {@code parts}
     * @param parts how many batches to make
     * @return new batches of {@code rows / parts} rows, the shortest first
     */
    public List<Batch> byLength(long step, int rows, int parts) {
        if (parts < 1 || rows % parts != 0) {
            throw new IllegalArgumentException(rows + " rows do not make " + parts + " equal parts");
        }
        List<EncodedExample> examples = examples(step, 0, rows);
        examples.sort(Comparator.comparingInt(e -> e.hyper().length + e.main().length));
        int size = rows / parts;
        return IntStream.range(0, parts)
                .mapToObj(part -> examples.subList(part * size, (part + 1) * size))
                .map(part -> Batch.of(part, encoder.options().padToMultipleOf()))
                .toList();
    }

    private List<EncodedExample> examples(long step, int firstSlot, int rows) {
        List<EncodedExample> examples = new ArrayList<>(rows);
        for (int slot = firstSlot; slot < firstSlot + rows; slot++) {
            Draw draw = sampler.draw(step, slot);
            SniTask task = sampler.tasks().get(draw.task());
            examples.add(encoder.encode(
                    draw.task(), task, draw.demonstrations(), draw.instance().input(), draw.reference()));
        }
        return examples;
    }
}
