package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Generator;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Memory;

/** How a variant's hypernetwork makes its states (specification 2). */
enum Design {
    /** HART's heads over one state for all layers: the control that has HART's size. */
    SHARED(Generator.HART, Memory.SHARED),
    /** HART, each step of which sees all states before. */
    CACHE(Generator.HART, Memory.CACHE),
    /** HART, each step of which sees only the state before. */
    MARKOV(Generator.HART, Memory.MARKOV),
    /** All states from one bidirectional pass over 2p queries; every layer reads them all. */
    HYPERTUNING(Generator.HYPERTUNING, Memory.CACHE),
    /** One bidirectional pass over a pair of queries a layer: Figure 1. */
    PARALLEL(Generator.HART, Memory.PARALLEL);

    private final Generator generator;
    private final Memory memory;

    Design(Generator generator, Memory memory) {
        this.generator = generator;
        this.memory = memory;
    }

    HyperConfig.Builder set(HyperConfig.Builder config) {
        return config.generator(generator).memory(memory);
    }
}
