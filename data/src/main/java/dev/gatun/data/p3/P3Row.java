package dev.gatun.data.p3;

import dev.gatun.data.internal.PythonText;
import java.util.List;

/**
 * An example of P3 as text.
 *
 * @param inputs the prompt
 * @param target the answer, without blanks around it
 * @param choices the possible answers, without blanks around them; empty where the template has none
 */
public record P3Row(String inputs, String target, List<String> choices) {
    /** Strips what the hub's cache leaves around targets, and copies the list. */
    public P3Row {
        target = PythonText.strip(target);
        choices = choices.stream().map(PythonText::strip).toList();
    }

    /**
     * Finds the answer among the choices.
     *
     * @return the index of the first choice equal to the target; -1 if there is none
     */
    public int correct() {
        return choices.indexOf(target);
    }
}
