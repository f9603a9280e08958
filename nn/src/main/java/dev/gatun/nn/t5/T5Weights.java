package dev.gatun.nn.t5;

import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What Hugging Face's files of T5s call the embedding and what they repeat. */
public final class T5Weights {
    static final String SHARED = "shared.weight";
    static final String HEAD = "lm_head.weight";

    /** One table in every T5, under up to three names. */
    static final List<String> EMBEDDINGS =
            List.of(SHARED, "encoder.embed_tokens.weight", "decoder.embed_tokens.weight");

    /** The first T5 checkpoints carry this table, which no implementation ever used. */
    static final Set<String> UNUSED = Set.of("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");

    private T5Weights() {}

    /**
     * The names in {@code weights} that only repeat the embedding, so that files are complete without them: the stacks' own
     * and, if {@code tied}, the output layer's. None where there is no embedding of that name.
     */
    public static Set<String> copies(WeightSource weights, boolean tied) {
        Set<String> copies = new LinkedHashSet<>();
        if (weights.names().contains(SHARED)) {
            for (String name : weights.names()) {
                boolean candidate = EMBEDDINGS.contains(name) && !name.equals(SHARED) || tied && name.equals(HEAD);
                if (candidate && weights.same(SHARED, name)) {
                    copies.add(name);
                }
            }
        }
        return copies;
    }

    /**
     * Whether the output layer is the embedding, by transformers 5's rule: what is in the files counts more than what the
     * configuration says.
     */
    static boolean isTied(Path folder, T5Config config, WeightSource weights) {
        List<String> embeddings =
                EMBEDDINGS.stream().filter(weights.names()::contains).toList();
        for (String name : embeddings) {
            if (!name.equals(embeddings.getFirst()) && !weights.same(embeddings.getFirst(), name)) {
                throw new CheckpointException(
                        folder,
                        "its " + name + " differs from its " + embeddings.getFirst(),
                        "a T5 has one embedding; tie them before saving",
                        null);
            }
        }
        if (!weights.names().contains(HEAD)) {
            return true;
        }
        return config.tieWordEmbeddings() && (embeddings.isEmpty() || weights.same(embeddings.getFirst(), HEAD));
    }
}
