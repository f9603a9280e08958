package dev.gatun.apps.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run found: how many calls ended how, which ops never succeeded and why, and the calls that ended a process. */
record FuzzReport(
        long seed,
        List<FuzzOp> ops,
        Map<String, int[]> counts,
        Map<String, List<String>> failures,
        List<Finding> findings) {

    /** After so many calls of an op the reason why none can succeed has been among its messages. */
    private static final int ENOUGH = 40;

    /** Calls that ended so, of all ops. */
    long total(Outcome outcome) {
        return counts.values().stream()
                .mapToLong(count -> count[outcome.ordinal()])
                .sum();
    }

    private int calls(String op) {
        return Arrays.stream(counts.get(op)).sum() - counts.get(op)[Outcome.NOT_MADE.ordinal()];
    }

    /** Calls that were made. */
    long calls() {
        return counts.values().stream()
                        .flatMapToInt(Arrays::stream)
                        .asLongStream()
                        .sum()
                - total(Outcome.NOT_MADE);
    }

    /** The ops of which no call succeeded, with the different things that were said of their calls. */
    Map<String, List<String>> withoutSuccess() {
        Map<String, List<String>> result = new LinkedHashMap<>();
        for (FuzzOp op : ops) {
            int[] count = counts.get(op.name());
            if (count != null && count[Outcome.SUCCEEDED.ordinal()] == 0) {
                result.put(op.name(), failures.getOrDefault(op.name(), List.of()));
            }
        }
        return result;
    }

    /**
     * Where the run and {@code never-succeed.txt} (op, part of a message, reason) disagree: ops without a success that
     * it does not list, or of which nothing was said that it names, and ops that it lists but that did succeed.
     */
    List<String> surprises() {
        Map<String, String> expected = new LinkedHashMap<>();
        for (String line : Resources.lines("never-succeed.txt")) {
            String[] columns = line.split("\t");
            expected.put(columns[0], columns[1]);
        }
        List<String> surprises = new ArrayList<>();
        Map<String, List<String>> without = withoutSuccess();
        without.forEach((op, messages) -> {
            String part = expected.get(op);
            if (part == null) {
                surprises.add(op + " never succeeded, and never-succeed.txt does not say why: " + messages);
            } else if (calls(op) >= ENOUGH && messages.stream().noneMatch(message -> message.contains(part))) {
                surprises.add(op + " failed for other reasons than never-succeed.txt says: " + messages);
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
