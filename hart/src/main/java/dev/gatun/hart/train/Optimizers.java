package dev.gatun.hart.train;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.optim.Adafactor;
import dev.gatun.nn.optim.Adam8bit;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.AdamW8bit;
import dev.gatun.nn.optim.BFloat16Optimizer;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.ParameterGroup;
import java.util.List;

/** Makes the optimizer that a stage asks for. */
final class Optimizers {
    private static final double BETA1 = 0.9;
    private static final double EPS = 1e-8;

    private Optimizers() {}

    static Optimizer of(RunConfig.Stage stage, RunConfig.Precision precision, List<ParameterGroup> groups) {
        Optimizer plain = plain(stage, groups);
        return switch (precision) {
            case FP32 -> plain;
            case BF16 -> BFloat16Optimizer.withMasters(plain);
            case BF16_STOCHASTIC -> BFloat16Optimizer.withStochasticRounding(plain);
        };
    }

    private static Optimizer plain(RunConfig.Stage stage, List<ParameterGroup> groups) {
        return switch (stage.optimizer()) {
            case ADAMW -> new AdamW(groups, BETA1, stage.beta2(), EPS);
            case ADAMW8BIT -> new AdamW8bit(groups, Adam8bit.Options.DEFAULTS.withBetas(BETA1, stage.beta2()));
            case ADAFACTOR -> new Adafactor(groups, Adafactor.Options.FIXED_RATE);
        };
    }
}
