package dev.gatun.nn.t5;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.gatun.nn.checkpoint.AtomicFile;
import dev.gatun.nn.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hugging Face's {@code config.json} to and from {@link T5Config}. */
final class T5ConfigJson {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final TypeReference<LinkedHashMap<String, Object>> KEYS = new TypeReference<>() {};
    private static final String REMEDY = "give the config.json of a T5 as Hugging Face writes it";

    private final Path file;
    private final Map<String, Object> keys;
    private final Map<String, Object> unused;

    private T5ConfigJson(Path file, Map<String, Object> keys) {
        this.file = file;
        this.keys = keys;
        this.unused = new LinkedHashMap<>(keys);
    }

    static T5Config read(Path file) {
        try {
            Map<String, Object> keys = JSON.readValue(Files.readString(file), KEYS);
            if (keys == null) {
                throw new CheckpointException(file, "is empty", REMEDY, null);
            }
            return new T5ConfigJson(file, keys).config();
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", REMEDY, e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "is not a JSON object (" + e.getOriginalMessage() + ")", REMEDY, e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e.getMessage() + ")", REMEDY, e);
        }
    }

    private T5Config config() {
        T5Config defaults = T5Config.builder().build();
        int numLayers = integer("num_layers", defaults.numLayers());
        try {
            return T5Config.builder()
                    .vocab(integer("vocab_size", (int) defaults.vocabSize()))
                    .sizes(
                            integer("d_model", (int) defaults.dModel()),
                            integer("d_kv", (int) defaults.dKv()),
                            integer("d_ff", (int) defaults.dFf()),
                            integer("num_heads", defaults.numHeads()))
                    .layers(numLayers, integer("num_decoder_layers", numLayers))
                    .buckets(
                            integer("relative_attention_num_buckets", defaults.relativeAttentionNumBuckets()),
                            // Absent from the configurations of the first T5s, whose distance was always 128.
                            integer("relative_attention_max_distance", defaults.relativeAttentionMaxDistance()))
                    .dropout(number("dropout_rate", defaults.dropoutRate()))
                    .layerNormEpsilon(number("layer_norm_epsilon", defaults.layerNormEpsilon()))
                    .initializerFactor(number("initializer_factor", defaults.initializerFactor()))
                    .feedForwardProj(value("feed_forward_proj", String.class, defaults.feedForwardProj()))
                    .tieWordEmbeddings(value("tie_word_embeddings", Boolean.class, defaults.tieWordEmbeddings()))
                    .tokens(
                            integer("pad_token_id", (int) defaults.padTokenId()),
                            integer("eos_token_id", (int) defaults.eosTokenId()),
                            integer("decoder_start_token_id", (int) defaults.decoderStartTokenId()))
                    .other(unused)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), REMEDY, e);
        }
    }

    private int integer(String key, int otherwise) {
        return value(key, Integer.class, otherwise);
    }

    private double number(String key, double otherwise) {
        return value(key, Number.class, otherwise).doubleValue();
    }

    /** The key's value; {@code otherwise} where it is absent or null. */
    private <T> T value(String key, Class<T> type, T otherwise) {
        unused.remove(key);
        Object value = keys.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!type.isInstance(value)) {
            throw new CheckpointException(
                    file, key + " is " + value + ", but should be of type " + type.getSimpleName(), REMEDY, null);
        }
        return type.cast(value);
    }

    static void write(T5Config c, Path file) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("model_type", "t5");
        keys.put("is_encoder_decoder", true);
        keys.putAll(c.other());
        keys.put("vocab_size", c.vocabSize());
        keys.put("d_model", c.dModel());
        keys.put("d_kv", c.dKv());
        keys.put("d_ff", c.dFf());
        keys.put("num_layers", c.numLayers());
        keys.put("num_decoder_layers", c.numDecoderLayers());
        keys.put("num_heads", c.numHeads());
        keys.put("relative_attention_num_buckets", c.relativeAttentionNumBuckets());
        keys.put("relative_attention_max_distance", c.relativeAttentionMaxDistance());
        keys.put("dropout_rate", c.dropoutRate());
        keys.put("layer_norm_epsilon", c.layerNormEpsilon());
        keys.put("initializer_factor", c.initializerFactor());
        keys.put("feed_forward_proj", c.feedForwardProj());
        keys.put("tie_word_embeddings", c.tieWordEmbeddings());
        keys.put("pad_token_id", c.padTokenId());
        keys.put("eos_token_id", c.eosTokenId());
        keys.put("decoder_start_token_id", c.decoderStartTokenId());
        try {
            AtomicFile.write(file, (JSON.writeValueAsString(keys) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration could not be turned into JSON", e);
        }
    }
}
