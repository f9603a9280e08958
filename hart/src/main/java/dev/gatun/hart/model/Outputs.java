package dev.gatun.hart.model;

/** What a hypernetwork writes for the main model. */
public enum Outputs {
    /** Keys and values before the real ones in every self-attention. */
    PREFIXES,
    /** Low-rank updates of attention's projections: HyperTuning's second kind. */
    LORAS,
    /** Both. */
    BOTH;

    /** Whether prefixes are among them. */
    public boolean prefixes() {
        return this != LORAS;
    }

    /** Whether LoRAs are among them. */
    public boolean loras() {
        return this != PREFIXES;
    }
}
