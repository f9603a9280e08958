package dev.gatun.hart.evaluate;

import dev.gatun.nn.t5.T5;

/** Which row of the paper's tables a main model belongs to. */
public final class MainSize {
    private static final int PAPER_LAYERS = 24;
    private static final int XL_WIDTH = 2048;

    private MainSize() {}

    /** {@code large}, {@code xl}, or {@code mini} for all that is smaller. */
    public static String of(T5 main) {
        if (main.config().numLayers() < PAPER_LAYERS) {
            return "mini";
        }
        return main.config().dModel() == XL_WIDTH ? "xl" : "large";
    }
}
