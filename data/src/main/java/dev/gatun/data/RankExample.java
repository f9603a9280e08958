package dev.gatun.data;

import java.util.List;

/**
 * A question with a closed list of answers, one of them right: what rank classification is about.
 *
 * @param dataset what the score is reported for, such as {@code super_glue_cb} or {@code anli_r1}
 * @param template the prompt that the question was written with
 * @param input the main model's source as text
 * @param choices the possible targets as text, at least one
 * @param correct the index of the right one
 */
public record RankExample(String dataset, String template, String input, List<String> choices, int correct) {
    /** Copies the list and checks the index. */
    public RankExample {
        choices = List.copyOf(choices);
        if (correct < 0 || correct >= choices.size()) {
            throw new IllegalArgumentException("the right one of " + choices.size() + " choices cannot have the index "
                    + correct + " (" + dataset + ", " + template + ")");
        }
    }
}
