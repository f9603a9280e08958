package dev.gatun.apps.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What {@code hints.txt} says of the arguments of some ops. */
final class Hints {
    private record Hint(Pattern ops, Map<String, String[]> choices) {}

    private final List<Hint> hints = new ArrayList<>();

    Hints() {
        for (String line : Resources.lines("hints.txt")) {
            int arrow = line.indexOf(" => ");
            Map<String, String[]> choices = new HashMap<>();
            for (String item : line.substring(arrow + 4).split("; ")) {
                int colon = item.indexOf(": ");
                choices.put(item.substring(0, colon), item.substring(colon + 2).split(" / "));
            }
            hints.add(new Hint(Pattern.compile(line.substring(0, arrow)), choices));
        }
    }

    /** The choices for each argument, by its name, that has some. */
    Map<String, String[]> of(String op) {
        Map<String, String[]> result = new HashMap<>();
        String name = op.substring("aten::".length());
        for (Hint hint : hints) {
            if (hint.ops().matcher(name).matches()) {
                result.putAll(hint.choices());
            }
        }
        return result;
    }
}
