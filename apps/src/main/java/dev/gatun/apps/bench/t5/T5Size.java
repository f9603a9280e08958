package dev.gatun.apps.bench.t5;

import dev.gatun.nn.t5.T5Config;

/** The sizes that are measured: T5 v1.1 with random weights, the vocabulary of the published models. */
public enum T5Size {
    MINI(128, 256, 2, 4),
    SMALL(512, 1024, 6, 8);

    private static final int VOCABULARY = 32128;
    private static final int HEAD = 64;

    final int dModel;
    final int dFf;
    final int heads;
    final int layers;

    T5Size(int dModel, int dFf, int heads, int layers) {
        this.dModel = dModel;
        this.dFf = dFf;
        this.heads = heads;
        this.layers = layers;
    }

    /** Returns the configuration of a model of that size. */
    public T5Config config() {
        return T5Config.builder()
                .vocab(VOCABULARY)
                .sizes(dModel, HEAD, dFf, heads)
                .layers(layers, layers)
                .v11()
                .build();
    }
}
