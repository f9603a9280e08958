package dev.gatun.hart.evaluate;

import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Adaptation;

/**
 * What a run needs beside a query to work on a task.
 *
 * @param system the run's
 * @param baseHash of the main model it was made for ({@link BaseModel#hash})
 * @param task what it was made from: name, definition and demonstrations. Read from a file it has those of systems whose main
 *     model reads them, the name alone otherwise
 * @param demonstrationsHash of definition and demonstrations as they were read
 * @param adaptation of one row, or null where the main model's input says it all
 */
public record TaskAdapter(
        SystemKind system, String baseHash, SniTask task, String demonstrationsHash, Adaptation adaptation) {
    /** The same with another adaptation. */
    public TaskAdapter with(Adaptation other) {
        return new TaskAdapter(system, baseHash, task, demonstrationsHash, other);
    }
}
