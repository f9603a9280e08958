package dev.gatun.nn.t5;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The shape and options of a T5 ({@code transformers.T5Config}); Hugging Face's {@code config.json} has the same keys in
 * snake_case. {@link #builder()} starts from Hugging Face's defaults (T5-small), {@link #preset} from a published model.
 *
 * @param modelType {@code t5} or {@code mt5}, which differ in nothing but the vocabulary and what Hugging Face calls them
 * @param vocabSize V, rows of the embedding
 * @param dModel D, width of the residual stream
 * @param dKv K, width of one head
 * @param dFf width of the feed-forward layers
 * @param numLayers L of the encoder
 * @param numDecoderLayers L of the decoder
 * @param numHeads H
 * @param relativeAttentionNumBuckets rows of the relative position bias table
 * @param relativeAttentionMaxDistance distance from which on all positions share a bucket
 * @param dropoutRate probability used in all of Hugging Face's places
 * @param layerNormEpsilon of every RMS norm
 * @param initializerFactor scales all random initial weights
 * @param feedForwardProj {@code relu}, {@code gelu}, {@code gated-gelu}, {@code gated-silu}, ...
 * @param tieWordEmbeddings whether the output layer is the embedding (v1.0)
 * @param scaleDecoderOutputs whether the output layer's input is scaled by D^-0.5 (v1.0)
 * @param padTokenId the token that fills rows up
 * @param eosTokenId the token that ends a text
 * @param decoderStartTokenId the decoder's first input
 * @param other keys of a {@code config.json} that mean nothing here; kept, so that saving does not lose them
 */
public record T5Config(
        String modelType,
        long vocabSize,
        long dModel,
        long dKv,
        long dFf,
        int numLayers,
        int numDecoderLayers,
        int numHeads,
        int relativeAttentionNumBuckets,
        int relativeAttentionMaxDistance,
        double dropoutRate,
        double layerNormEpsilon,
        double initializerFactor,
        String feedForwardProj,
        boolean tieWordEmbeddings,
        boolean scaleDecoderOutputs,
        long padTokenId,
        long eosTokenId,
        long decoderStartTokenId,
        Map<String, Object> other) {
    /** The model type of T5 in all its versions. */
    public static final String T5 = "t5";

    /** The model type of the multilingual T5. */
    public static final String MT5 = "mt5";

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException naming the option that makes no sense
     */
    public T5Config {
        if (!modelType.equals(T5) && !modelType.equals(MT5)) {
            throw new IllegalArgumentException(
                    "model_type '" + modelType + "' is not a T5 as Gatun knows it: " + T5 + " or " + MT5);
        }
        requirePositive("vocab_size", vocabSize);
        requirePositive("d_model", dModel);
        requirePositive("d_kv", dKv);
        requirePositive("d_ff", dFf);
        requirePositive("num_heads", numHeads);
        requirePositive("num_layers", numLayers);
        requirePositive("num_decoder_layers", numDecoderLayers);
        if (relativeAttentionNumBuckets < 4 || relativeAttentionMaxDistance <= relativeAttentionNumBuckets / 2) {
            throw new IllegalArgumentException("relative_attention_num_buckets " + relativeAttentionNumBuckets
                    + " and relative_attention_max_distance " + relativeAttentionMaxDistance
                    + ": at least 4 buckets, and a distance larger than half their number, are needed");
        }
        if (!(dropoutRate >= 0 && dropoutRate <= 1)) {
            throw new IllegalArgumentException("dropout_rate lies in [0, 1], not " + dropoutRate);
        }
        Activation.of(feedForwardProj);
        // A LinkedHashMap and not Map.copyOf: values may be null, and the order of a file is worth keeping.
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    /** H · K, the width of all heads together. */
    public long innerDim() {
        return numHeads * dKv;
    }

    /** Whether the feed-forward layers have a gate ({@code wi_0}, {@code wi_1}). */
    public boolean isGated() {
        return Activation.of(feedForwardProj).gated();
    }

    /** Hugging Face's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * A published model's configuration by its name on the Hugging Face hub: {@code t5-small} (… {@code base, large, 3b,
     * 11b}), {@code t5-v1_1-small} (… {@code base, large, xl, xxl}), and in the same sizes {@code t5-small-lm-adapt},
     * {@code flan-t5-small} and {@code mt5-small}.
     *
     * @throws IllegalArgumentException listing the names, if there is none of that name
     */
    public static T5Config preset(String name) {
        return T5Presets.named(name);
    }

    /** The names that {@link #preset} knows. */
    public static Set<String> presets() {
        return Collections.unmodifiableSet(T5Presets.names());
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws dev.gatun.nn.checkpoint.CheckpointException if it is missing, no JSON, or no T5's
     */
    public static T5Config read(Path file) {
        return T5ConfigJson.read(file);
    }

    /** Writes a {@code config.json} that Hugging Face reads, keeping the keys in {@link #other()}. */
    public void write(Path file) {
        T5ConfigJson.write(this, null, file);
    }

    /** Collects options; each method sets what its name says and returns this. */
    public static final class Builder {
        private String modelType = T5;
        private long vocabSize = 32128;
        private long dModel = 512;
        private long dKv = 64;
        private long dFf = 2048;
        private int numLayers = 6;
        private int numDecoderLayers = 6;
        private int numHeads = 8;
        private int numBuckets = 32;
        private int maxDistance = 128;
        private double dropoutRate = 0.1;
        private double layerNormEpsilon = 1e-6;
        private double initializerFactor = 1.0;
        private String feedForwardProj = "relu";
        private boolean tieWordEmbeddings = true;
        private Boolean scaleDecoderOutputs;
        private long padTokenId = 0;
        private long eosTokenId = 1;
        private long decoderStartTokenId = 0;
        private Map<String, Object> other = Map.of();

        private Builder() {}

        private Builder(T5Config c) {
            modelType(c.modelType)
                    .vocab(c.vocabSize)
                    .sizes(c.dModel, c.dKv, c.dFf, c.numHeads)
                    .layers(c.numLayers, c.numDecoderLayers);
            buckets(c.relativeAttentionNumBuckets, c.relativeAttentionMaxDistance)
                    .dropout(c.dropoutRate);
            layerNormEpsilon(c.layerNormEpsilon).initializerFactor(c.initializerFactor);
            feedForwardProj(c.feedForwardProj).tieWordEmbeddings(c.tieWordEmbeddings);
            scaleDecoderOutputs(c.scaleDecoderOutputs);
            tokens(c.padTokenId, c.eosTokenId, c.decoderStartTokenId).other(c.other);
        }

        /** Gated GELU and an output layer of its own: T5 v1.1. */
        public Builder v11() {
            return feedForwardProj("gated-gelu").tieWordEmbeddings(false).scaleDecoderOutputs(false);
        }

        /** {@link T5Config#T5} or {@link T5Config#MT5}. */
        public Builder modelType(String type) {
            modelType = type;
            return this;
        }

        /** V. */
        public Builder vocab(long size) {
            vocabSize = size;
            return this;
        }

        /** D, K, the width of the feed-forward layers, and H. */
        public Builder sizes(long dModel, long dKv, long dFf, int numHeads) {
            this.dModel = dModel;
            this.dKv = dKv;
            this.dFf = dFf;
            this.numHeads = numHeads;
            return this;
        }

        /** L of the encoder and of the decoder. */
        public Builder layers(int encoder, int decoder) {
            numLayers = encoder;
            numDecoderLayers = decoder;
            return this;
        }

        /** Buckets of the relative position bias, and the distance at which the last one begins. */
        public Builder buckets(int number, int maxDistance) {
            numBuckets = number;
            this.maxDistance = maxDistance;
            return this;
        }

        /** The dropout probability. */
        public Builder dropout(double rate) {
            dropoutRate = rate;
            return this;
        }

        /** The RMS norms' epsilon. */
        public Builder layerNormEpsilon(double epsilon) {
            layerNormEpsilon = epsilon;
            return this;
        }

        /** The factor on all random initial weights. */
        public Builder initializerFactor(double factor) {
            initializerFactor = factor;
            return this;
        }

        /** The feed-forward layers' activation, {@code gated-} in front for a gate. */
        public Builder feedForwardProj(String name) {
            feedForwardProj = name;
            return this;
        }

        /** Whether the output layer is the embedding. */
        public Builder tieWordEmbeddings(boolean tie) {
            tieWordEmbeddings = tie;
            return this;
        }

        /** Whether the output layer's input is scaled by D^-0.5; otherwise it is where the word embeddings are tied. */
        public Builder scaleDecoderOutputs(boolean scale) {
            scaleDecoderOutputs = scale;
            return this;
        }

        /** The padding, end and decoder start tokens. */
        public Builder tokens(long pad, long eos, long decoderStart) {
            padTokenId = pad;
            eosTokenId = eos;
            decoderStartTokenId = decoderStart;
            return this;
        }

        Builder other(Map<String, Object> keys) {
            other = keys;
            return this;
        }

        /** The configuration; throws {@link IllegalArgumentException} for one that makes no sense. */
        public T5Config build() {
            return new T5Config(
                    modelType,
                    vocabSize,
                    dModel,
                    dKv,
                    dFf,
                    numLayers,
                    numDecoderLayers,
                    numHeads,
                    numBuckets,
                    maxDistance,
                    dropoutRate,
                    layerNormEpsilon,
                    initializerFactor,
                    feedForwardProj,
                    tieWordEmbeddings,
                    scaleDecoderOutputs == null ? tieWordEmbeddings : scaleDecoderOutputs,
                    padTokenId,
                    eosTokenId,
                    decoderStartTokenId,
                    other);
        }
    }
}
