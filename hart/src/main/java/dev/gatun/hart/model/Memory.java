package dev.gatun.hart.model;

/** What a step of the generator sees of the earlier ones (specification 2.2, {@code ar.memory}), and two controls. */
public enum Memory {
    /** Steps share a self-attention cache: step l sees steps 1 … l. */
    CACHE,
    /** Each step is a fresh call: it sees the state it starts from and no other. */
    MARKOV,
    /** Control: all layers get the first step's state. */
    SHARED,
    /** Control: all states come from one bidirectional pass over 2L learnt inputs (Figure 1). */
    PARALLEL
}
