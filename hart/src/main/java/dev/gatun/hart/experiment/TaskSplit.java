package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * All 240 tasks, a fifth of them held out: of each operation four maps, so that every operation and every map is in
 * training with others. The split is the same in all runs, so that seeds are comparable task by task.
 */
record TaskSplit(List<SymbolTask> training, List<SymbolTask> heldOut) {
    private static final long SHUFFLE = 20;
    private static final int PARTS = 5;

    static TaskSplit standard() {
        List<Integer> maps = new ArrayList<>();
        for (int map = 0; map < SymbolTask.MAPS; map++) {
            maps.add(map);
        }
        List<SymbolTask> training = new ArrayList<>();
        List<SymbolTask> heldOut = new ArrayList<>();
        Random random = new Random(SHUFFLE);
        for (Operation operation : Operation.values()) {
            // Each operation takes the next fifth of a shuffled row of maps: all maps are held out about equally often.
            int part = operation.ordinal() % PARTS;
            if (part == 0) {
                Collections.shuffle(maps, random);
            }
            int size = SymbolTask.MAPS / PARTS;
            for (int i = 0; i < SymbolTask.MAPS; i++) {
                (i / size == part ? heldOut : training).add(new SymbolTask(operation, maps.get(i)));
            }
        }
        return new TaskSplit(List.copyOf(training), List.copyOf(heldOut));
    }
}
