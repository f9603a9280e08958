package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.t5.T5;

/** Makes {@link TaskSystem}s. */
public final class Systems {
    private Systems() {}

    /** {@code main} alone, as it is, which the result owns from now on. */
    public static TaskSystem alone(T5 main) {
        TaskSystem made = new WholeModelSystem(main, false);
        made.freeze();
        return made;
    }

    /**
     * The system that {@code config} names, over {@code main}, which it owns from now on. Draws what starts at random from
     * the default generator.
     */
    public static TaskSystem make(RunConfig config, T5 main) {
        try {
            return switch (config.system()) {
                case ICL, FT0, FTK, TK ->
                    new WholeModelSystem(main, config.system().trains());
                case LORA -> new LoraSystem(main, config.lora());
                case PREFIX -> new PrefixSystem(main, config.prefix());
                case HYPERTUNING, HYPERTUNING_PT, HART, PARALLEL, SHARED -> new HyperSystem(main, config);
                case HINT -> new HintSystem(main, config);
            };
        } catch (RuntimeException e) {
            main.close();
            throw e;
        }
    }
}
