package dev.gatun.data;

/**
 * Where the batches of a training stage come from: a pure function of (seed, step, slot).
 *
 * <p>Slots are numbered through the whole batch of an optimizer step. Nothing is consumed: any part of any step's batch can be
 * asked for, at any time, from any thread or process, and is always the same, so ranks, micro-batches and workers may cut a
 * step in any way, and a run resumes by asking for the next step.
 *
 * {@snippet :
 * BatchSource source = new TrainingBatches(new TaskSampler(tasks, 42), new ExampleEncoder(tokenizer, BatchOptions.HYPER));
 * Batch whole = source.batch(0, 0, 16);
 * Batch secondRank = source.batch(0, 8, 8); // its rows are rows 8 to 15 of the whole
 * }
 */
@FunctionalInterface
public interface BatchSource {
    /**
     * Makes the batch of some slots of a step.
     *
     * @param step the optimizer step
     * @param firstSlot the number, in the whole batch of the step, of the first slot wanted
     * @param rows how many slots are wanted
     * @return a new batch with {@code rows} rows; only its padding depends on which rows are asked for together
     */
    Batch batch(long step, int firstSlot, int rows);
}
