package dev.gatun.hart.model;

import dev.gatun.nn.t5.T5Config;
import java.util.List;

/**
 * The shape of a hypernetwork (specification 2).
 *
 * @param main the main model's configuration, whose widths and encoder the hypernetwork shares
 * @param decoderLayers decoder layers of the hypernetwork: the main model's first ones (8 in the paper)
 * @param generator how its states are made
 * @param memory what a generating step of HART sees of the earlier ones
 * @param causalPairs whether the second state of a pair is hidden from the first ({@code ar.intra=causal})
 * @param queries HyperTuning's learnt inputs, as many as its states (64 in the paper)
 * @param outputs what it writes
 * @param prefix p, rows of each generated prefix (32 in the paper)
 * @param prefixScale what generated prefixes are multiplied with (1 by default)
 * @param loraRank r of generated LoRAs (16 in HyperTuning)
 * @param loraTargets the projections of every attention that get a LoRA, among q, k, v and o (q and v in HyperTuning)
 */
public record HyperConfig(
        T5Config main,
        int decoderLayers,
        Generator generator,
        Memory memory,
        boolean causalPairs,
        int queries,
        Outputs outputs,
        int prefix,
        double prefixScale,
        int loraRank,
        List<String> loraTargets) {
    private static final List<String> PROJECTIONS = List.of("q", "k", "v", "o");

    /** Checks the sizes. */
    public HyperConfig {
        loraTargets = List.copyOf(loraTargets);
        if (decoderLayers < 1 || prefix < 1 || loraRank < 1) {
            throw new IllegalArgumentException(
                    "a hypernetwork has at least one decoder layer, one prefix row and LoRAs of rank 1, not "
                            + decoderLayers + ", " + prefix + " and " + loraRank);
        }
        if (main.dModel() != main.innerDim()) {
            throw new IllegalArgumentException("generated prefixes are keys and values of all heads side by side, so"
                    + " num_heads * d_kv must equal d_model, but they are " + main.innerDim() + " and "
                    + main.dModel());
        }
        int rows = Math.max(outputs.prefixes() ? prefix : 0, outputs.loras() ? loraRank : 0);
        if (generator == Generator.HYPERTUNING && queries < rows) {
            throw new IllegalArgumentException(
                    "each row of what HyperTuning writes is made from a state of its own, so " + rows
                            + " rows need as many queries, not " + queries);
        }
        if (outputs.loras() && (loraTargets.isEmpty() || !PROJECTIONS.containsAll(loraTargets))) {
            throw new IllegalArgumentException(
                    "generated LoRAs are for projections among " + PROJECTIONS + ", not " + loraTargets);
        }
    }

    /** The paper's HART: 8 decoder layers, 32 rows, shared cache, bidirectional pairs. */
    public static HyperConfig paper(T5Config main) {
        return builder(main).build();
    }

    /** A builder that starts from {@link #paper}. */
    public static Builder builder(T5Config main) {
        return new HyperConfig(
                        main,
                        8,
                        Generator.HART,
                        Memory.CACHE,
                        false,
                        64,
                        Outputs.PREFIXES,
                        32,
                        1.0,
                        16,
                        List.of("q", "v"))
                .toBuilder();
    }

    /** A builder that starts from this one. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** L: how many pairs of states HART generates, one for each layer of the main model. */
    public int pairs() {
        return Math.max(main.numLayers(), main.numDecoderLayers());
    }

    /** Rows of z, what the generator starts from. */
    int inputs() {
        if (generator == Generator.HYPERTUNING) {
            return queries;
        }
        return memory == Memory.PARALLEL ? 2 * pairs() : 2;
    }

    /** Sets what differs from {@link #paper}. */
    public static final class Builder {
        private final T5Config main;
        private int decoderLayers;
        private Generator generator;
        private Memory memory;
        private boolean causalPairs;
        private int queries;
        private Outputs outputs;
        private int prefix;
        private double prefixScale;
        private int loraRank;
        private List<String> loraTargets;

        private Builder(HyperConfig from) {
            main = from.main;
            decoderLayers = from.decoderLayers;
            generator = from.generator;
            memory = from.memory;
            causalPairs = from.causalPairs;
            queries = from.queries == 2 * from.prefix ? 0 : from.queries;
            outputs = from.outputs;
            prefix = from.prefix;
            prefixScale = from.prefixScale;
            loraRank = from.loraRank;
            loraTargets = from.loraTargets;
        }

        /** Decoder layers of the hypernetwork. */
        public Builder decoderLayers(int value) {
            decoderLayers = value;
            return this;
        }

        /** How states are made. */
        public Builder generator(Generator value) {
            generator = value;
            return this;
        }

        /** What a step of HART sees. */
        public Builder memory(Memory value) {
            memory = value;
            return this;
        }

        /** Whether the first state of a pair does not see the second. */
        public Builder causalPairs(boolean value) {
            causalPairs = value;
            return this;
        }

        /** HyperTuning's number of states; unless it is said, 2p, so that encoder and decoder read different ones. */
        public Builder queries(int value) {
            queries = value;
            return this;
        }

        /** What is written. */
        public Builder outputs(Outputs value) {
            outputs = value;
            return this;
        }

        /** p. */
        public Builder prefix(int value) {
            prefix = value;
            return this;
        }

        /** What prefixes are multiplied with. */
        public Builder prefixScale(double value) {
            prefixScale = value;
            return this;
        }

        /** r of LoRAs. */
        public Builder loraRank(int value) {
            loraRank = value;
            return this;
        }

        /** The projections with LoRAs, among q, k, v and o. */
        public Builder loraTargets(List<String> value) {
            loraTargets = value;
            return this;
        }

        /** The configuration; throws IllegalArgumentException if its parts do not go together. */
        public HyperConfig build() {
            return new HyperConfig(
                    main,
                    decoderLayers,
                    generator,
                    memory,
                    causalPairs,
                    queries == 0 ? 2 * prefix : queries,
                    outputs,
                    prefix,
                    prefixScale,
                    loraRank,
                    loraTargets);
        }
    }
}
