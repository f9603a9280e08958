package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Memory;

/** How a variant's hypernetwork makes its states (specification 2). */
enum Design {
    /** All states from one bidirectional pass, without order of layers: 64 queries, half of them for each stack. */
    HYPERTUNING(null),
    /** HART's heads over one state for all layers. */
    SHARED(Memory.SHARED),
    /** HART, each step of which sees only the state before. */
    MARKOV(Memory.MARKOV),
    /** HART, each step of which sees all states before. */
    CACHE(Memory.CACHE),
    /** One bidirectional pass over a pair of queries a layer: Figure 1. */
    PARALLEL(Memory.PARALLEL);

    private final Memory memory;

    Design(Memory memory) {
        this.memory = memory;
    }

    Memory memory() {
        return memory;
    }
}
