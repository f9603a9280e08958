package dev.gatun.hart.experiment;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What an experiment consists of.
 *
 * @param scale how large it is
 * @param arms the questions
 * @param grid what arm (iii) varies
 * @param seeds 1 and on: sizes were chosen with seed 0
 */
record Plan(Scale scale, List<Arm> arms, ConsistencyGrid grid, long[] seeds) {
    static Plan of(Scale scale, List<Arm> arms, ConsistencyGrid grid, int seeds) {
        return new Plan(
                scale, List.copyOf(arms), grid, LongStream.rangeClosed(1, seeds).toArray());
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
        return arm.cells(scale, grid);
    }
}
