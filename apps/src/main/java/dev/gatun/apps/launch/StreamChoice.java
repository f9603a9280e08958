package dev.gatun.apps.launch;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which ranks' streams something is done with, as torchrun writes it: {@code 0} none, {@code 1} stdout, {@code 2} stderr,
 * {@code 3} both, for all ranks, or {@code 0:1,1:3} for single local ranks.
 */
record StreamChoice(int forAll, Map<Integer, Integer> ofRank) {
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final Pattern ONE = Pattern.compile("(\\d+):([0-3])");

    /** @throws IllegalArgumentException if the text is of another form */
    static StreamChoice parse(String text) {
        if (text.matches("[0-3]")) {
            return new StreamChoice(Integer.parseInt(text), Map.of());
        }
        Map<Integer, Integer> choices = new HashMap<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = ONE.matcher(part);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + text
                        + "' should be 0 (none), 1 (stdout), 2 (stderr) or 3 (both), or such a number for single local"
                        + " ranks: 0:1,1:3");
            }
            choices.put(Integer.valueOf(matcher.group(1)), Integer.valueOf(matcher.group(2)));
        }
        return new StreamChoice(0, Map.copyOf(choices));
    }

    boolean out(int localRank) {
        return (ofRank.getOrDefault(localRank, forAll) & OUT) != 0;
    }

    boolean err(int localRank) {
        return (ofRank.getOrDefault(localRank, forAll) & ERR) != 0;
    }
}
