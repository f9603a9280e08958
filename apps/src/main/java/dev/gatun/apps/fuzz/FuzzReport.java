package dev.gatun.apps.fuzz;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a run found: how many calls ended how, which ops never succeeded and why, and the calls that ended a process. */
record FuzzReport(
        long seed, List<FuzzOp> ops, Map<String, int[]> counts, Map<String, String> failures, List<Finding> findings) {

    /** Calls that ended so, of all ops. */
    long total(Outcome outcome) {
        return counts.values().stream()
                .mapToLong(count -> count[outcome.ordinal()])
                .sum();
    }

    /** Calls that were made. */
    long calls() {
        return counts.values().stream()
                        .flatMapToInt(java.util.Arrays::stream)
                        .asLongStream()
                        .sum()
                - total(Outcome.NOT_MADE);
    }

    /** The ops of which no call succeeded, with what libtorch said to one of them. */
    Map<String, String> withoutSuccess() {
        Map<String, String> result = new LinkedHashMap<>();
        for (FuzzOp op : ops) {
            int[] count = counts.get(op.name());
            if (count != null && count[Outcome.SUCCEEDED.ordinal()] == 0) {
                result.put(op.name(), failures.getOrDefault(op.name(), "every call was refused in Java"));
            }
        }
        return result;
    }

    /**
     * Where the run and {@code never-succeed.txt} disagree: ops without a success that it does not list, or whose
     * message its pattern does not find, and ops that it lists but that did succeed.
     */
    List<String> surprises() {
        Map<String, Pattern> expected = new LinkedHashMap<>();
        for (String line : Resources.lines("never-succeed.txt")) {
            String[] columns = line.split("\t");
            expected.put(columns[0], Pattern.compile(Pattern.quote(columns[1])));
        }
        List<String> surprises = new ArrayList<>();
        Map<String, String> without = withoutSuccess();
        without.forEach((op, message) -> {
            Pattern pattern = expected.get(op);
            if (pattern == null) {
                surprises.add(op + " never succeeded, and never-succeed.txt does not say why: " + message);
            } else if (!pattern.matcher(message).find()) {
                surprises.add(op + " failed for another reason than never-succeed.txt says: " + message);
            }
        });
        expected.keySet().forEach(op -> {
            if (counts.containsKey(op) && !without.containsKey(op)) {
                surprises.add(op + " is in never-succeed.txt, but it did succeed");
            }
        });
        return surprises;
    }
}
