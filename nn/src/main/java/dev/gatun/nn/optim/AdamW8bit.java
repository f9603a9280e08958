package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import java.util.List;

/** {@link Adam8bit} by the name and with the default of {@code bitsandbytes.optim.AdamW8bit}: a weight decay of 0.01. */
public final class AdamW8bit extends Adam8bit {
    /** bitsandbytes' default. */
    public static final double WEIGHT_DECAY = 1e-2;

    /** One group with bitsandbytes' defaults. */
    public AdamW8bit(List<Parameter> parameters, double lr) {
        this(List.of(new ParameterGroup(parameters, lr, WEIGHT_DECAY)), Options.DEFAULTS);
    }

    /** Groups with settings of their own. */
    public AdamW8bit(List<ParameterGroup> groups, Options options) {
        super(groups, options);
    }
}
