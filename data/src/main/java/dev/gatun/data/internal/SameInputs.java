package dev.gatun.data.internal;

import dev.gatun.data.SniTask;
import java.util.HashMap;
import java.util.Map;

/**
 * Which of a task's instances and worked examples have the same input: some files hold one twice, or among the worked examples
 * too. Each different input has a number.
 *
 * @param instances the number of each instance's input
 * @param examples the number of each positive example's input
 */
public record SameInputs(int[] instances, int[] examples) {
    /** Compares the inputs of {@code task}, without the blanks around them. */
    public static SameInputs of(SniTask task) {
        Map<String, Integer> numbers = new HashMap<>();
        return new SameInputs(
                task.instances().stream()
                        .mapToInt(instance -> number(instance.input(), numbers))
                        .toArray(),
                task.positiveExamples().stream()
                        .mapToInt(example -> number(example.input(), numbers))
                        .toArray());
    }

    private static int number(String input, Map<String, Integer> numbers) {
        String stripped = PythonText.strip(input);
        Integer known = numbers.putIfAbsent(stripped, numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }
}
