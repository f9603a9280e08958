package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SniTaskTest {
    @TempDir
    Path folder;

    @Test
    void readsEveryField() {
        SniTask task = read("task1.0_x.json", """
                {"Contributors": ["me"], "Source": ["src"], "Categories": ["Textual Entailment"], "Domains": ["News"],
                 "Input_language": ["English"], "Output_language": ["German"], "Instruction_language": ["English"],
                 "Definition": ["Do it."], "Instance License": ["MIT"],
                 "Positive Examples": [{"input": "a", "output": "b", "explanation": ""}],
                 "Negative Examples": [{"input": "c", "output": "d"}],
                 "Instances": [{"id": "task1-0", "input": " i ", "output": [" x ", "y"]}]}
                """);
        assertThat(task.name()).isEqualTo("task1.0_x");
        assertThat(task.definition()).isEqualTo("Do it.");
        assertThat(task.category()).isEqualTo("Textual Entailment");
        assertThat(task.domains()).containsExactly("News");
        assertThat(task.sources()).containsExactly("src");
        assertThat(task.licenses()).containsExactly("MIT");
        assertThat(task.isEnglish()).isFalse();
        assertThat(task.positiveExamples()).containsExactly(new Example("a", "b", Optional.of("")));
        assertThat(task.negativeExamples()).containsExactly(new Example("c", "d"));
        assertThat(task.instances()).containsExactly(new Instance("task1-0", " i ", List.of(" x ", "y")));
    }

    @Test
    void understandsOlderVariants() {
        SniTask task = read("old.json", """
                {"Definition": "Do it.", "Categories": "QA",
                 "Positive Examples": [{"input": "a", "output": ["b", "c"]}],
                 "Instances": [{"input": "i", "output": "x"}]}
                """);
        assertThat(task.definition()).isEqualTo("Do it.");
        assertThat(task.category()).isEqualTo("QA");
        assertThat(task.isEnglish()).isTrue();
        assertThat(task.positiveExamples()).containsExactly(new Example("a", "b"));
        assertThat(task.negativeExamples()).isEmpty();
        assertThat(task.instances()).containsExactly(new Instance("old-0", "i", List.of("x")));
    }

    @Test
    void takesTheFirstOfSeveralDefinitions() {
        assertThat(read("two.json", """
                {"Definition": ["one", "two"], "Positive Examples": [], "Instances": []}
                """).definition()).isEqualTo("one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '\0',
            value = {
                "{\"Definition\": [\"d\"] # not JSON at line 1",
                "plain words # not JSON at line 1",
                " # the top level is missing",
                "[1, 2] # the top level is a list",
                "{} # \"Definition\" is missing or empty",
                "{\"Definition\": []} # \"Definition\" is missing or empty",
                "{\"Definition\": [7]} # \"Definition\" holds a number",
                "{\"Definition\": {\"a\": \"b\"}} # \"Definition\" is an object",
                "{\"Definition\": \"d\", \"Instances\": []} # \"Positive Examples\" is missing",
                "{\"Definition\": \"d\", \"Positive Examples\": []} # \"Instances\" is missing",
                "{\"Definition\": \"d\", \"Positive Examples\": {}, \"Instances\": []} # is an object, not a list",
                "{\"Definition\": \"d\", \"Positive Examples\": [{\"input\": \"i\"}], \"Instances\": []}"
                        + " # \"Positive Examples\"[0].output is missing",
                "{\"Definition\": \"d\", \"Positive Examples\": [], \"Instances\": [{\"input\": 3, \"output\": \"o\"}]}"
                        + " # \"Instances\"[0].input is a number",
                "{\"Definition\": \"d\", \"Positive Examples\": [], \"Instances\": [{\"input\": \"i\", \"output\": []}]}"
                        + " # \"Instances\"[0].output is missing or empty"
            })
    void saysInOneLineWhatIsWrong(String content, String complaint) {
        assertThatThrownBy(() -> read("bad.json", content == null ? "" : content))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("bad.json: not ")
                .hasMessageContaining(complaint)
                .hasMessageContaining("expected a Super-NaturalInstructions task")
                .hasMessageNotContaining("\n");
    }

    @Test
    void saysWhatIsWrongWithAFileThatIsNotText() throws IOException {
        Path binary = folder.resolve("binary.json");
        Files.write(binary, new byte[] {(byte) 0xff, 0, 1, (byte) 0x80});
        assertThatThrownBy(() -> SniTask.read(binary))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> SniTask.read(folder.resolve("none.json")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("none.json: no such task file");
        assertThatThrownBy(() -> SniTask.read(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void capsAndSplitsInstances() {
        SniTask task = Tasks.numbered("t", 10);
        assertThat(ids(task.firstInstances(3))).containsExactly("t-0", "t-1", "t-2");
        assertThat(task.firstInstances(10)).isSameAs(task);

        SniTask sample = task.sampleInstances(4, 1);
        assertThat(ids(sample))
                .hasSize(4)
                .doesNotHaveDuplicates()
                .isSubsetOf(ids(task))
                .isSorted();
        assertThat(ids(task.sampleInstances(4, 1))).isEqualTo(ids(sample));
        assertThat(ids(task.sampleInstances(4, 2))).isNotEqualTo(ids(sample));

        SniTask.Parts parts = task.split(3);
        assertThat(ids(parts.heldOut())).containsExactly("t-7", "t-8", "t-9");
        List<String> together = new ArrayList<>(ids(parts.train()));
        together.addAll(ids(parts.heldOut()));
        assertThat(together).isEqualTo(ids(task));
        assertThat(task.split(8).train().instances()).hasSize(5);
        assertThatThrownBy(() -> task.split(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> ids(SniTask task) {
        return task.instances().stream().map(Instance::id).toList();
    }

    private SniTask read(String name, String content) {
        try {
            return SniTask.read(Files.writeString(folder.resolve(name), content));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClosedTaskHasFewAndShortLabels() {
        assertThat(Tasks.yesNo("a", 200).isClosed()).isTrue();
        assertThat(Tasks.numbered("a", 10).isClosed()).isTrue(); // 20 outputs
        assertThat(Tasks.numbered("a", 11).isClosed()).isFalse();
        assertThat(labelled("one two three  four five six", "x").isClosed()).isTrue();
        assertThat(labelled("one two three four five six seven", "x").isClosed())
                .isFalse();
    }

    @Test
    void blanksAndAFullStopDoNotMakeAnotherLabel() {
        String[] spellings = new String[30];
        for (int i = 0; i < spellings.length; i++) {
            spellings[i] = " ".repeat(i) + "yes" + (i % 2 == 0 ? "." : "\n");
        }
        assertThat(labelled(spellings).isClosed()).isTrue();
        assertThat(SniTask.label(" Yes . ")).isEqualTo("Yes");
        assertThat(SniTask.label("Yes!")).isEqualTo("Yes!");
        assertThat(SniTask.label(" . ")).isEmpty();
    }

    private static SniTask labelled(String... outputs) {
        return Tasks.numbered("a", 0).withInstances(List.of(new Instance("a-0", "x", List.of(outputs))));
    }
}
