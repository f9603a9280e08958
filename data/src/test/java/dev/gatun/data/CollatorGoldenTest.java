package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.data.internal.SniParser;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Prompts of Tk-Instruct's own collator, character by character. */
class CollatorGoldenTest {
    private final JsonNode golden = Golden.json("collator/collator.json");

    /** The stand-in of the references: words are tokens, and only their number matters. */
    private static final class Words implements Tokenizer {
        private final Map<String, Long> ids = new HashMap<>();
        private final Map<Long, String> words = new HashMap<>();

        @Override
        public long[] encode(String text) {
            return Arrays.stream(text.split("\\s+"))
                    .filter(word -> !word.isEmpty())
                    .mapToLong(word -> {
                        long id = ids.computeIfAbsent(word, w -> 3L + ids.size());
                        words.put(id, word);
                        return id;
                    })
                    .toArray();
        }

        @Override
        public String decode(long[] tokens) {
            return String.join(" ", Arrays.stream(tokens).mapToObj(words::get).toList());
        }

        @Override
        public int vocabSize() {
            return Integer.MAX_VALUE;
        }
    }

    @TestFactory
    Stream<DynamicTest> sources() {
        return cases().filter(c -> c.has("source")).map(c -> {
            JsonNode limit = c.path("max_source_length_words_plus_eos");
            String encoding = c.get("encoding").textValue();
            String title = c.get("task").textValue() + " " + c.path("instance_index") + " " + encoding + " " + limit;
            return DynamicTest.dynamicTest(title, () -> {
                int max = limit.isNumber() ? limit.intValue() : Integer.MAX_VALUE;
                TaskEncoder encoder = new TaskEncoder(options(encoding), new Words(), max);
                SniTask task = task(c);
                String input = c.has("example")
                        ? c.get("example").get("Instance").get("input").textValue()
                        : task.instances()
                                .get(c.get("instance_index").intValue())
                                .input();
                assertThat(encoder.source(task, input))
                        .isEqualTo(c.get("source").textValue());
            });
        });
    }

    @TestFactory
    Stream<DynamicTest> labelsAreReferencesUnchanged() {
        return cases().filter(c -> c.has("label"))
                .map(c -> DynamicTest.dynamicTest(
                        c.get("instance_id").textValue(),
                        () -> assertThat(task(c).instances()
                                        .get(c.get("instance_index").intValue())
                                        .outputs())
                                .contains(c.get("label").textValue())));
    }

    @Test
    void theMixtureHoldsTheEncodingsThatTheCollatorDraws() {
        Set<EncodingOptions> drawn = new HashSet<>();
        cases().filter(c -> c.has("chosen_schema_per_instance"))
                .forEach(
                        c -> c.get("chosen_schema_per_instance").forEach(name -> drawn.add(options(name.textValue()))));
        assertThat(EncodingOptions.TK_INSTRUCT_MIXTURE)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(drawn);
    }

    private Stream<JsonNode> cases() {
        return StreamSupport.stream(golden.get("cases").spliterator(), false);
    }

    private EncodingOptions options(String encoding) {
        JsonNode o = golden.get("encodings").get(encoding);
        return new EncodingOptions(
                o.path("add_task_name").asBoolean(),
                o.path("add_task_definition").asBoolean(),
                o.path("num_pos_examples").asInt(),
                o.path("num_neg_examples").asInt(),
                o.path("add_explanation").asBoolean());
    }

    private static SniTask task(JsonNode c) throws java.io.IOException {
        String name = c.get("task").textValue();
        if (!c.has("example")) {
            return SniTask.read(Golden.path("collator/tasks/" + name + ".json"));
        }
        ObjectNode example = c.get("example").deepCopy();
        example.putArray("Instances");
        return SniParser.parse(
                Golden.JSON.writeValueAsBytes(example), example.get("Task").textValue(), "edge case");
    }
}
