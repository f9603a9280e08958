package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam whose moments take a byte each ({@code bitsandbytes.optim.Adam8bit}): codes of a block-wise dynamic map, with the
 * largest magnitude of each block in float32. Weight decay is decoupled from the gradient, here as in {@link AdamW8bit},
 * and is applied after the step. Float32 and bfloat16 parameters on the CPU take one pass of a vectorised kernel, those on a
 * GPU, float16 too, one launch for all of a type; others are updated by ops, with the same result and slowly. State of a parameter, on its
 * device but for the first: {@code step}, {@code state1}, {@code state2}, {@code absmax1} and {@code absmax2}; of a parameter
 * with few elements the first three only, in float32.
 */
public sealed class Adam8bit extends Optimizer permits AdamW8bit {
    private static final String STEP = "step";
    private static final String STATE1 = "state1";
    private static final String STATE2 = "state2";
    /** Begins the names of the block maxima. */
    static final String ABSMAX = "absmax";

    private static final String ABSMAX1 = ABSMAX + "1";
    private static final String ABSMAX2 = ABSMAX + "2";

    private final Options options;
    private final Map<Parameter, Override8bit> overrides;
    /** What the parameters are parts of; those that are whole are not in it. */
    private final Map<Parameter, Parameter> wholes = new IdentityHashMap<>();

    /**
     * Settings; {@link #DEFAULTS} are bitsandbytes'.
     *
     * @param blockSize elements that share a maximum, 1 to 4096: 256, or 2048 in versions before 0.44
     * @param min8bitSize parameters with fewer elements keep float32 state
     */
    public record Options(double beta1, double beta2, double eps, int blockSize, long min8bitSize) {
        /** Betas 0.9 and 0.999, eps 1e-8, blocks of 256, float32 state below 4096 elements. */
        public static final Options DEFAULTS = new Options(0.9, 0.999, 1e-8, 256, 4096);

        /** Checks the ranges. */
        public Options {
            FusedAdam.checkSettings(beta1, beta2, eps);
            if (blockSize < 1 || blockSize > 4096) {
                throw new IllegalArgumentException("a block has 1 to 4096 elements, not " + blockSize);
            }
        }

        /** The same with other betas. */
        public Options withBetas(double first, double second) {
            return new Options(first, second, eps, blockSize, min8bitSize);
        }

        /** The same with another block size. */
        public Options withBlockSize(int size) {
            return new Options(beta1, beta2, eps, size, min8bitSize);
        }
    }

    /** One group with bitsandbytes' defaults, without weight decay. */
    public Adam8bit(List<Parameter> parameters, double lr) {
        this(List.of(new ParameterGroup(parameters, lr, 0)), Options.DEFAULTS);
    }

    /** Groups with settings of their own. */
    public Adam8bit(List<ParameterGroup> groups, Options options) {
        this(groups, options, new IdentityHashMap<>());
    }

    private Adam8bit(List<ParameterGroup> groups, Options options, Map<Parameter, Override8bit> overrides) {
        super(groups);
        this.options = options;
        this.overrides = overrides;
    }

    /** The block size: a part has whole blocks. */
    @Override
    public final long partUnit() {
        return options.blockSize();
    }

    /** Settings are looked up by the whole parameter, and its size decides whether state is quantised. */
    @Override
    public final Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> ofWholes) {
        Adam8bit optimizer = new Adam8bit(parts, options, overrides);
        optimizer.wholes.putAll(ofWholes);
        return optimizer;
    }

    /**
     * Gives one parameter settings of its own ({@code GlobalOptimManager.override_config}). Call it before the first step,
     * and before {@link #loadState}.
     *
     * @throws IllegalArgumentException if the parameter is not this optimizer's
     * @throws IllegalStateException if it has made a step already
     */
    public final void override(Parameter parameter, Override8bit settings) {
        if (parameters().stream().noneMatch(own -> own == parameter)) {
            throw new IllegalArgumentException(parameter + " is not one of this optimizer's parameters");
        }
        if (!stateOf(parameter).isEmpty()) {
            throw new IllegalStateException(parameter + " has state already: override settings before the first step");
        }
        overrides.put(parameter, settings);
    }

    private Parameter whole(Parameter parameter) {
        return wholes.getOrDefault(parameter, parameter);
    }

    private Override8bit settings(Parameter parameter) {
        return overrides.getOrDefault(whole(parameter), Override8bit.NONE);
    }

    @Override
    protected final Map<String, Tensor> freshState(Parameter parameter) {
        Device device = parameter.get().device();
        long elements = parameter.numel();
        boolean quantized = settings(parameter).bits(8) == 8 && whole(parameter).numel() >= options.min8bitSize();
        TensorOptions float32 = TensorOptions.of(DType.FLOAT32, device);
        TensorOptions moments = quantized ? TensorOptions.of(DType.UINT8, device) : float32;
        Map<String, Tensor> state = new LinkedHashMap<>();
        // On the CPU, where reading it makes no device wait.
        state.put(STEP, Torch.zeros(new long[0], TensorOptions.of(DType.FLOAT32, Device.CPU)));
        state.put(STATE1, Torch.zeros(parameter.shape(), moments));
        state.put(STATE2, Torch.zeros(parameter.shape(), moments));
        if (quantized) {
            long[] blocks = {Math.ceilDiv(elements, (long) options.blockSize())};
            state.put(ABSMAX1, Torch.zeros(blocks, float32));
            state.put(ABSMAX2, Torch.zeros(blocks, float32));
        }
        return state;
    }

    @Override
    protected final void step(ParameterGroup group, List<Update> updates) {
        List<Blockwise8bit.AdamParameter> parameters = new ArrayList<>();
        for (Update update : updates) {
            Map<String, Tensor> state = update.state();
            Override8bit own = settings(update.parameter());
            parameters.add(new Blockwise8bit.AdamParameter(
                    update.value(),
                    update.grad().contiguous(),
                    state.get(STATE1),
                    state.get(STATE2),
                    state.get(ABSMAX1),
                    state.get(ABSMAX2),
                    own.lr(group.lr()),
                    own.beta1(options.beta1()),
                    own.beta2(options.beta2()),
                    own.eps(options.eps()),
                    own.weightDecay(group.weightDecay()),
                    state.get(STEP).add_(1).item().longValue()));
        }
        Blockwise8bit.adamStep_(parameters, options.blockSize());
    }
}
