package dev.gatun.hart.experiment;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What an experiment consists of.
 *
 * @param scale how large it is
 * @param arms the questions
 * @param batches tasks a step in arm (iii), B
 * @param seeds 0 and on
 */
record Plan(Scale scale, List<Arm> arms, List<Integer> batches, long[] seeds) {
    static Plan of(Scale scale, List<Arm> arms, List<Integer> batches, int seeds) {
        return new Plan(
                scale,
                List.copyOf(arms),
                List.copyOf(batches),
                LongStream.range(0, seeds).toArray());
    }

    /** A hypernetwork of a seed. */
    record Work(Cell cell, long seed) {
        String name() {
            return cell.id() + ", seed " + seed;
        }
    }

    /** In the order in which it is computed: arm after arm, seed after seed, each once. */
    List<Work> work() {
        return arms.stream()
                .flatMap(arm -> LongStream.of(seeds).boxed().flatMap(seed -> works(arm, seed)))
                .distinct()
                .toList();
    }

    private Stream<Work> works(Arm arm, long seed) {
        return cells(arm).stream().map(cell -> new Work(cell, seed));
    }

    List<Cell> cells(Arm arm) {
        return arm.cells(scale, batches);
    }
}
