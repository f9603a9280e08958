package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import java.util.ArrayList;
import java.util.List;

/**
 * How an optimizer step's batch is cut. Its slots are numbered through all ranks and micro-batches, so that what is computed does
 * not depend on how many there are of either: the micro-batches of one process are consecutive runs of slots, each rank has a
 * consecutive run too, and its own micro-batches are what both have in common.
 *
 * @param batch slots of the step
 * @param accumulate micro-batches that one process alone would make of them
 */
record StepParts(int batch, int accumulate) {
    /** All slots of one of {@code ranks} ranks, of which each has some if there are no more of them than slots. */
    SlotRange ofRank(int rank, int ranks) {
        int first = (int) ((long) rank * batch / ranks);
        return new SlotRange(first, (int) ((rank + 1L) * batch / ranks) - first);
    }

    /** Its micro-batches, in their order. */
    List<SlotRange> microBatches(int rank, int ranks) {
        SlotRange mine = ofRank(rank, ranks);
        int rows = batch / accumulate;
        List<SlotRange> parts = new ArrayList<>();
        for (int part = 0; part < accumulate; part++) {
            int first = Math.max(part * rows, mine.first());
            int end = Math.min((part + 1) * rows, mine.first() + mine.rows());
            if (first < end) {
                parts.add(new SlotRange(first, end - first));
            }
        }
        return parts;
    }
}
