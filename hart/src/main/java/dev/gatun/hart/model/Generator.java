package dev.gatun.hart.model;

/** How a hypernetwork's decoder makes the states h from which weights are made. */
public enum Generator {
    /** A pair of states for each layer, one after another (specification 2.2): h is [B, L, 2, D]. */
    HART,
    /** All states in one bidirectional pass over learnt queries, and every layer reads them all (2.1): h is [B, Q, D]. */
    HYPERTUNING
}
