package dev.gatun.hart.train;

import java.util.List;

/** The names of a run's stages, in metrics and checkpoints. */
public final class StageNames {
    /** The main model learns the tasks in context. */
    public static final String PRETRAIN = "pretrain";

    /** A system learns from text. */
    public static final String CONTINUAL = "continual";

    /** A system learns the tasks. */
    public static final String TRAIN = "train";

    /** All, in the order in which they come. */
    static final List<String> ORDER = List.of(PRETRAIN, CONTINUAL, TRAIN);

    private StageNames() {}
}
