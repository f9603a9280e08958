package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts the rows of a {@code score_eval} task, one for each (example, choice), together to examples. */
final class ChoiceGroups {
    private final String where;
    private final Consumer<P3Row> each;
    private final List<String> choices = new ArrayList<>();
    private long example = -1;
    private String inputs;
    private String correct;

    ChoiceGroups(String where, Consumer<P3Row> each) {
        this.where = where;
        this.each = each;
    }

    void add(long row, String text, String choice, boolean isCorrect) {
        if (row != example) {
            end();
            example = row;
            inputs = text;
        } else if (!text.equals(inputs)) {
            throw new DataException(
                    where + ": the rows of example " + row + " (the first number of \"idx\") have different"
                            + " inputs; expected the choices of one example one after the other");
        }
        choices.add(choice);
        if (isCorrect && correct == null) {
            correct = choice;
        }
    }

    void end() {
        if (choices.isEmpty()) {
            return;
        }
        if (correct == null) {
            throw new DataException(where + ": no choice of example " + example
                    + " has \"is_correct\"; expected one of its " + choices.size() + " rows to have it");
        }
        each.accept(new P3Row(inputs, correct, choices));
        choices.clear();
        correct = null;
    }
}
