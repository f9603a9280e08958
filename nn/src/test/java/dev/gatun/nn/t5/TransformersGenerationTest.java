package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.PythonPeer;
import dev.gatun.nn.generation.EarlyStopping;
import dev.gatun.nn.generation.Generated;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids and log-probabilities of transformers' own {@code generate}, on a random model and under many settings. */
class TransformersGenerationTest {
    private static final int BATCH = 6;
    private static final int SOURCE = 5;
    private static final int VOCABULARY = 24;
    private static final int TOKENS = 12;

    private static final String SCRIPT = """
            import json, sys, torch
            from transformers import T5ForConditionalGeneration
            model = T5ForConditionalGeneration.from_pretrained(sys.argv[1]).double().eval()
            ids, mask = (torch.tensor(rows) for rows in json.loads(sys.argv[2]))
            results = {}
            for line in sys.argv[4:]:
                options = json.loads(line)
                out = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=int(sys.argv[3]), do_sample=False,
                                     return_dict_in_generate=True, output_scores=True, **options)
                beams = options.get('num_beams', 1) > 1
                each = model.compute_transition_scores(out.sequences, out.scores, out.beam_indices if beams else None,
                                                       normalize_logits=not beams)
                results[line] = {'ids': out.sequences.tolist(), 'each': each.nan_to_num(neginf=0).tolist(),
                                 'scores': out.sequences_scores.tolist() if beams else None}
            print(json.dumps(results))
            """;

    private static Map<String, GenerationConfig> settings() {
        GenerationConfig greedy = GenerationConfig.of(TOKENS);
        GenerationConfig beams = greedy.withBeams(4).withReturnSequences(4);
        Map<String, GenerationConfig> all = new LinkedHashMap<>();
        all.put("{}", greedy);
        all.put("{'repetition_penalty': 1.7}", greedy.withRepetitionPenalty(1.7));
        all.put("{'no_repeat_ngram_size': 2}", greedy.withNoRepeatNgramSize(2));
        all.put("{'no_repeat_ngram_size': 1}", greedy.withNoRepeatNgramSize(1));
        all.put("{'min_new_tokens': 5}", greedy.withMinNewTokens(5));
        all.put("{'min_length': 5}", greedy.withMinNewTokens(4)); // Hugging Face counts the start token
        String four = "'num_beams': 4, 'num_return_sequences': 4";
        all.put("{" + four + "}", beams);
        all.put("{" + four + ", 'early_stopping': true}", beams.withEarlyStopping(EarlyStopping.WHEN_FULL));
        all.put("{" + four + ", 'early_stopping': 'never'}", beams.withEarlyStopping(EarlyStopping.NEVER));
        for (double power : new double[] {-1.5, 0, 2.5}) {
            String penalty = ", 'length_penalty': " + power;
            all.put("{" + four + penalty + "}", beams.withLengthPenalty(power));
            all.put(
                    "{" + four + penalty + ", 'early_stopping': 'never'}",
                    beams.withLengthPenalty(power).withEarlyStopping(EarlyStopping.NEVER));
        }
        all.put(
                "{" + four + ", 'repetition_penalty': 1.3, 'no_repeat_ngram_size': 2, 'min_new_tokens': 3}",
                beams.withRepetitionPenalty(1.3).withNoRepeatNgramSize(2).withMinNewTokens(3));
        all.put("{'num_beams': 3}", greedy.withBeams(3));
        return all;
    }

    @Test
    void idsAndLogProbabilitiesAreTheSame(@TempDir Path folder) throws IOException {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model(TestModels.config().toBuilder()
                        .vocab(VOCABULARY)
                        .layers(3, 3) // as many: Hugging Face sizes its cache by the encoder
                        .build())) {
            TestModels.endRowsAtDifferentSteps(model);
            Tensor ids = Torch.randint(2, VOCABULARY, new long[] {BATCH, SOURCE}, DType.INT64);
            Tensor mask = TestModels.mask(SOURCE, 5, 3, 5, 1, 4, 2);
            model.savePretrained(folder);
            Map<String, GenerationConfig> settings = settings();
            List<String> lines = settings.keySet().stream()
                    .map(line -> line.replace('\'', '"'))
                    .toList();
            Object[] arguments = new Object[3 + lines.size()];
            arguments[0] = folder;
            arguments[1] = new ObjectMapper()
                    .writeValueAsString(List.of(ids.toArray(long[][].class), mask.toArray(long[][].class)));
            arguments[2] = TOKENS;
            for (int i = 0; i < lines.size(); i++) {
                arguments[3 + i] = lines.get(i);
            }
            JsonNode results = new ObjectMapper().readTree(PythonPeer.run(SCRIPT, arguments));
            EncoderStates source = model.encode(ids, mask, null);
            settings.forEach((line, config) -> {
                JsonNode expected = results.get(line.replace('\'', '"'));
                compare(line, model.generateScored(source, null, config), expected);
            });
        }
    }

    private static void compare(String line, Generated made, JsonNode expected) {
        long[][] ids = made.sequences().toArray(long[][].class);
        float[][] each = made.tokenLogProbs().toArray(float[][].class);
        float[] scores = made.sequenceScores().toFloatArray();
        assertThat(ids.length).as(line).isEqualTo(expected.get("ids").size());
        assertThat(ids[0].length).as(line).isEqualTo(expected.get("ids").get(0).size());
        for (int row = 0; row < ids.length; row++) {
            int length = lengthOf(ids[row]);
            // Up to the end only: this release fills beams up with the end token where padding is 0.
            for (int i = 0; i < length; i++) {
                String where = line + " row " + row + " token " + i;
                JsonNode of = expected.get("ids").get(row);
                assertThat(ids[row][i + 1]).as(where).isEqualTo(of.get(i + 1).asLong());
                double logProb = expected.get("each").get(row).get(i).asDouble();
                assertThat((double) each[row][i]).as(where).isCloseTo(logProb, within(2e-4));
            }
            if (!expected.get("scores").isNull()) {
                assertThat((double) scores[row])
                        .as(line)
                        .isCloseTo(expected.get("scores").get(row).asDouble(), within(2e-4));
            }
        }
    }

    private static int lengthOf(long[] ids) {
        for (int i = 1; i < ids.length; i++) {
            if (ids[i] == 1) {
                return i;
            }
        }
        return ids.length - 1;
    }
}
