package dev.gatun.apps.fuzz;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The arguments of each call of a run: they follow from the seed, the op and the number of the call, and nothing else. */
final class Calls {
    private final long seed;
    private final Map<String, List<List<String>>> valid = new HashMap<>();

    Calls(long seed) {
        this.seed = seed;
        for (String line : Resources.lines("valid-calls.txt")) {
            String[] columns = line.split("\t", -1);
            valid.computeIfAbsent(columns[0], _ -> new java.util.ArrayList<>())
                    .add(List.of(columns).subList(1, columns.length));
        }
    }

    /** Call {@code number} of {@code op}: the first are the known valid ones, then two in three are spoilt. */
    List<String> arguments(FuzzOp op, int number) {
        List<List<String>> known = op.parameters().isEmpty() ? List.of() : valid.getOrDefault(op.name(), List.of());
        if (number < known.size()) {
            return known.get(number);
        }
        SplittableRandom random =
                new SplittableRandom(31 * (31 * seed + op.name().hashCode()) + number);
        random = random.split();
        List<String> start = known.isEmpty() || random.nextInt(10) == 0
                ? Plausible.arguments(op, random)
                : known.get(random.nextInt(known.size()));
        return number % 8 == 0 ? start : Hostile.spoil(op, start, random);
    }

    boolean isKnown(FuzzOp op) {
        return valid.containsKey(op.name());
    }
}
