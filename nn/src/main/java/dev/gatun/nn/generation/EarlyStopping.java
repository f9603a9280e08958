package dev.gatun.nn.generation;

/** When an input's beam search ends, once it has as many finished sequences as beams ({@code early_stopping}). */
public enum EarlyStopping {
    /** At once ({@code True}). */
    WHEN_FULL,
    /**
     * When the best running beam, if it ended now, would not beat the worst finished sequence ({@code False}, the default).
     */
    HEURISTIC,
    /**
     * When no running beam can beat it any more, whatever length the length penalty favours ({@code "never"}).
     */
    NEVER
}
