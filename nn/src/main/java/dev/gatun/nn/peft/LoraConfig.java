package dev.gatun.nn.peft;

/**
 * How a {@link Lora} is made ({@code peft.LoraConfig}).
 *
 * @param r the rank of the updates
 * @param alpha their size: they are multiplied by alpha / r ({@code lora_alpha})
 * @param dropout the probability of dropping an entry of their input in training ({@code lora_dropout})
 * @param targets the linear layers to update ({@code target_modules})
 * @param rankStabilized whether they are multiplied by alpha / √r instead ({@code use_rslora})
 */
public record LoraConfig(int r, double alpha, double dropout, TargetModules targets, boolean rankStabilized) {
    /** What PEFT updates in a T5 when it is told nothing. */
    public static final TargetModules T5_TARGETS = TargetModules.named("q", "v");

    /** Checks the numbers. */
    public LoraConfig {
        if (r < 1) {
            throw new IllegalArgumentException("a LoRA's rank is at least 1, not " + r);
        }
        if (!(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException("a dropout probability lies in [0, 1], not " + dropout);
        }
    }

    /** PEFT's defaults: r 8, alpha 8, no dropout, the targets of T5. */
    public static LoraConfig defaults() {
        return of(8, 8);
    }

    /** This rank and alpha, no dropout, the targets of T5. */
    public static LoraConfig of(int r, double alpha) {
        return new LoraConfig(r, alpha, 0, T5_TARGETS, false);
    }

    /** With this dropout. */
    public LoraConfig withDropout(double p) {
        return new LoraConfig(r, alpha, p, targets, rankStabilized);
    }

    /** For these layers. */
    public LoraConfig withTargets(TargetModules modules) {
        return new LoraConfig(r, alpha, dropout, modules, rankStabilized);
    }

    /** Multiplied by alpha / √r. */
    public LoraConfig withRankStabilized() {
        return new LoraConfig(r, alpha, dropout, targets, true);
    }

    /** What the updates are multiplied by. */
    public double scaling() {
        return alpha / (rankStabilized ? Math.sqrt(r) : r);
    }
}
