package dev.gatun.nn.t5;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatun.nn.checkpoint.AtomicFile;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.torch.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hugging Face's {@code config.json} to and from {@link T5Config}. */
final class T5ConfigJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes and reads NaN and Infinity
            .build();
    private static final TypeReference<LinkedHashMap<String, Object>> KEYS = new TypeReference<>() {};
    private static final String REMEDY = "give the config.json of a T5 as Hugging Face writes it";
    private static final String T5_CLASS = "T5ForConditionalGeneration";
    private static final String MT5_CLASS = "MT5ForConditionalGeneration";

    /** Hugging Face's other names for keys ({@code attribute_map}). */
    private static final Map<String, String> ALIASES = Map.of(
            "hidden_size",
            "d_model",
            "num_attention_heads",
            "num_heads",
            "num_hidden_layers",
            "num_layers",
            "head_dim",
            "d_kv");

    /** Follow from feed_forward_proj and from the weights, and would contradict them once these are changed. */
    private static final List<String> DERIVED = List.of("dense_act_fn", "is_gated_act", "dtype", "torch_dtype");

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
        try {
            return build();
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), REMEDY, e);
        }
    }

    private T5Config build() {
        if (keys.get("quantization_config") != null) {
            throw new IllegalArgumentException("describes quantized weights (quantization_config)");
        }
        String type = value("model_type", String.class, T5Config.T5);
        T5Config defaults = defaults(type);
        DERIVED.forEach(unused::remove);
        ALIASES.forEach((alias, key) -> {
            Object given = unused.remove(alias);
            if (given != null) {
                keys.putIfAbsent(key, given);
            }
        });
        int layers = integer("num_layers", defaults.numLayers());
        boolean tied = value("tie_word_embeddings", Boolean.class, true);
        Boolean scaled = value("scale_decoder_outputs", Boolean.class, null);
        long pad = count("pad_token_id", defaults.padTokenId());
        return T5Config.builder()
                .modelType(type)
                .vocab(count("vocab_size", defaults.vocabSize()))
                .sizes(
                        count("d_model", defaults.dModel()),
                        count("d_kv", defaults.dKv()),
                        count("d_ff", defaults.dFf()),
                        integer("num_heads", defaults.numHeads()))
                .layers(layers, integer("num_decoder_layers", layers))
                .buckets(
                        integer("relative_attention_num_buckets", defaults.relativeAttentionNumBuckets()),
                        // Absent from the configurations of the first T5s, whose distance was always 128.
                        integer("relative_attention_max_distance", defaults.relativeAttentionMaxDistance()))
                .dropout(number("dropout_rate", defaults.dropoutRate()))
                .layerNormEpsilon(number("layer_norm_epsilon", defaults.layerNormEpsilon()))
                .initializerFactor(number("initializer_factor", defaults.initializerFactor()))
                .feedForwardProj(value("feed_forward_proj", String.class, defaults.feedForwardProj()))
                .tieWordEmbeddings(tied)
                // Transformers 5 writes its own key and "tied" for all; before, an untied T5 was an unscaled one.
                .scaleDecoderOutputs(scaled != null ? scaled : tied && type.equals(T5Config.T5))
                .tokens(pad, count("eos_token_id", defaults.eosTokenId()), count("decoder_start_token_id", pad))
                .other(unused)
                .build();
    }

    /** What Hugging Face takes for granted, which is one thing for a T5 and another for an mT5. */
    private static T5Config defaults(String type) {
        return type.equals(T5Config.MT5)
                ? T5Config.preset("mt5-small")
                : T5Config.builder().modelType(type).build();
    }

    private int integer(String key, int otherwise) {
        return Math.toIntExact(count(key, otherwise));
    }

    /** A whole number; of a list, as some have for the end token, the first. */
    private long count(String key, long otherwise) {
        if (keys.get(key) instanceof List<?> several && !several.isEmpty()) {
            keys.put(key, several.getFirst());
        }
        Number value = value(key, Number.class, otherwise);
        if (value.doubleValue() != value.longValue() || Math.abs(value.doubleValue()) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(key + " is " + value + ", but should be a whole number below 2^31");
        }
        return value.longValue();
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
            throw new IllegalArgumentException(
                    key + " is " + value + ", but should be of type " + type.getSimpleName());
        }
        return type.cast(value);
    }

    /** Writes {@code c}; {@code dtype}, the type of the weights beside it, may be null. */
    static void write(T5Config c, DType dtype, Path file) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("architectures", List.of(c.modelType().equals(T5Config.MT5) ? MT5_CLASS : T5_CLASS));
        keys.put("is_encoder_decoder", true);
        keys.putAll(c.other());
        keys.put("model_type", c.modelType());
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
        if (c.scaleDecoderOutputs() != (c.tieWordEmbeddings() && c.modelType().equals(T5Config.T5))) {
            keys.put("scale_decoder_outputs", c.scaleDecoderOutputs());
        }
        keys.put("pad_token_id", c.padTokenId());
        keys.put("eos_token_id", c.eosTokenId());
        keys.put("decoder_start_token_id", c.decoderStartTokenId());
        if (dtype != null) {
            keys.put("dtype", dtype.toString());
        }
        try {
            AtomicFile.write(file, (JSON.writeValueAsString(keys) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration could not be turned into JSON", e);
        }
    }
}
