package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.apps.TinyRun.Outcome;
import dev.gatun.data.SniTask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun chat}, its user a script. */
class ChatTest {
    @TempDir
    private Path folder;

    private static Outcome chat(String typed, Object... args) {
        return TinyRun.withInput(typed.getBytes(StandardCharsets.UTF_8), () -> gatun(args));
    }

    @Test
    void answersAsPredictDoes() throws Exception {
        Path run = TinyRun.finished();
        SniTask task = SniTask.read(TinyRun.task(run.getParent(), 5));
        StringBuilder typed = new StringBuilder(task.definition() + "\n");
        task.positiveExamples().forEach(example -> typed.append(example.input() + "\n" + example.output() + "\n"));
        Outcome outcome = chat(typed + "red green blue\n\ncat dog one\n", "chat", run);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .startsWith(
                        "What is the task? Example 1, input (empty for no more): Example 1, output: Example 2, input")
                .containsPattern("adapted in \\d+ ms \\(\\d+ tokens\\)")
                .endsWith("> \n");

        Path adapter = folder.resolve("task.safetensors");
        assertThat(gatun("adapt", run, TinyRun.task(run.getParent(), 5), "-o", adapter)
                        .exitCode())
                .isZero();
        Path inputs = Files.write(folder.resolve("inputs.txt"), List.of("red green blue", "cat dog one"));
        List<String> expected =
                gatun("predict", run, adapter, "-i", inputs).out().lines().toList();
        String[] answers = outcome.out().split("> ");
        assertThat(answers).hasSize(5); // before the first, two answers, an empty line, the end
        assertThat(answers[1].lines().findFirst().orElse("")).isEqualTo(expected.get(0));
        assertThat(answers[1]).containsPattern("\\(\\d+ ms\\)");
        assertThat(answers[3].lines().findFirst().orElse("")).isEqualTo(expected.get(1));
    }

    @Test
    void aTaskFileTakesThePlaceOfQuestions() {
        Path run = TinyRun.finished();
        Outcome outcome = chat("red green blue\n", "chat", run, "--task", TinyRun.task(run.getParent(), 5));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("adapted in").contains("> ").doesNotContain("What is the task");
    }

    @Test
    void endsWithItsInput() {
        assertThat(chat("", "chat", TinyRun.finished())).isEqualTo(new Outcome(0, "What is the task? \n", ""));
    }
}
