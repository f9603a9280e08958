package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adafactor ({@code transformers.optimization.Adafactor}): of the squared gradients of a matrix only the means of its rows
 * and columns are kept. State of a parameter, all float32: {@code step}; {@code exp_avg_sq_row} and {@code exp_avg_sq_col}
 * from two dimensions on, else {@code exp_avg_sq}; {@code exp_avg} with a first moment. Half-precision parameters are
 * updated in float32 and rounded.
 */
public final class Adafactor extends Optimizer {
    private static final String STEP = "step";
    private static final String ROW = "exp_avg_sq_row";
    private static final String COLUMN = "exp_avg_sq_col";
    private static final String WHOLE = "exp_avg_sq";
    private static final String FIRST = "exp_avg";

    private final Options options;

    /**
     * Settings; {@link #DEFAULTS} are Hugging Face's.
     *
     * @param eps1 added to squared gradients
     * @param eps2 the least root mean square of a parameter that its steps are scaled by
     * @param clipThreshold the largest root mean square of an update
     * @param decayRate the exponent of the step in the averaging of squared gradients
     * @param beta1 averaging of updates; null keeps no first moment
     * @param scaleParameter whether steps are scaled by the parameter's root mean square
     * @param relativeStep whether the learning rate is 1/sqrt(step) at most, and the group's is not used
     * @param warmupInit whether that rises from 1e-6 a step instead of starting at 1e-2
     */
    public record Options(
            double eps1,
            double eps2,
            double clipThreshold,
            double decayRate,
            Double beta1,
            boolean scaleParameter,
            boolean relativeStep,
            boolean warmupInit) {
        /** Hugging Face's defaults: relative steps, scaled by the parameter. */
        public static final Options DEFAULTS = new Options(1e-30, 1e-3, 1.0, -0.8, null, true, true, false);

        /** What T5 is tuned with: the learning rate as it is given. */
        public static final Options FIXED_RATE = new Options(1e-30, 1e-3, 1.0, -0.8, null, false, false, false);

        /** Checks that a warm-up has relative steps to warm up. */
        public Options {
            if (warmupInit && !relativeStep) {
                throw new IllegalArgumentException("warmupInit is about relative steps: set relativeStep too");
            }
        }
    }

    /** One group at a learning rate given, without weight decay, as T5 is tuned. */
    public Adafactor(List<Parameter> parameters, double lr) {
        this(List.of(new ParameterGroup(parameters, lr, 0)), Options.FIXED_RATE);
    }

    /** Groups with settings of their own; with relative steps, the groups' learning rates are not used. */
    public Adafactor(List<ParameterGroup> groups, Options options) {
        super(groups);
        this.options = options;
    }

    /** 0: rows, columns and the root mean square are those of the whole parameter. */
    @Override
    public long partUnit() {
        return 0;
    }

    @Override
    public Optimizer ofParts(List<ParameterGroup> parts, Map<Parameter, Parameter> wholes) {
        return new Adafactor(parts, options);
    }

    @Override
    protected Map<String, Tensor> freshState(Parameter parameter) {
        TensorOptions like = TensorOptions.of(DType.FLOAT32, parameter.get().device());
        if (parameter.get().dtype() == DType.FLOAT64) {
            like = TensorOptions.of(DType.FLOAT64, parameter.get().device());
        }
        long[] shape = parameter.shape();
        int dims = shape.length;
        Map<String, Tensor> state = new LinkedHashMap<>();
        // On the CPU, where reading it makes no device wait.
        state.put(STEP, Torch.zeros(new long[0], TensorOptions.of(DType.FLOAT32, Device.CPU)));
        if (dims >= 2) {
            long[] columns = Arrays.copyOf(shape, dims - 1);
            columns[dims - 2] = shape[dims - 1];
            state.put(ROW, Torch.zeros(Arrays.copyOf(shape, dims - 1), like));
            state.put(COLUMN, Torch.zeros(columns, like));
        } else {
            state.put(WHOLE, Torch.zeros(shape, like));
        }
        if (options.beta1() != null) {
            state.put(FIRST, Torch.zeros(shape, like));
        }
        return state;
    }

    @Override
    protected void step(ParameterGroup group, List<Update> updates) {
        updates.forEach(update -> step(group, update));
    }

    private void step(ParameterGroup group, Update update) {
        Map<String, Tensor> state = update.state();
        double step = state.get(STEP).add_(1).item().doubleValue();
        boolean half = update.value().dtype() != DType.FLOAT64;
        Tensor grad = half ? update.grad().to(DType.FLOAT32) : update.grad();
        Tensor value = half ? update.value().to(DType.FLOAT32) : update.value();
        Tensor rate = rate(group, value, step);
        Tensor change = direction(state, grad, 1.0 - Math.pow(step, options.decayRate()));
        change.div_(rootMeanSquare(change).div(options.clipThreshold()).clamp_min(1.0));
        change.mul_(rate);
        if (options.beta1() != null) {
            Tensor first = state.get(FIRST);
            change = first.mul_(options.beta1()).add_(change, 1 - options.beta1());
        }
        if (group.weightDecay() != 0) {
            value.sub_(value.mul(rate.mul(group.weightDecay())));
        }
        value.sub_(change);
        if (value != update.value()) {
            update.value().copy_(value);
        }
    }

    /** The learning rate, as a tensor on the parameter's device. */
    private Tensor rate(ParameterGroup group, Tensor value, double step) {
        double rate = group.lr();
        if (options.relativeStep()) {
            rate = Math.min(options.warmupInit() ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step));
        }
        if (options.scaleParameter()) {
            return rootMeanSquare(value).clamp_min(options.eps2()).mul(rate);
        }
        return Torch.full(new long[0], rate, TensorOptions.of(value.dtype(), value.device()));
    }

    /** The gradient over the root of the averaged squares. */
    private Tensor direction(Map<String, Tensor> state, Tensor grad, double beta2) {
        Tensor squared = grad.square().add_(options.eps1());
        if (!state.containsKey(ROW)) {
            return average(state.get(WHOLE), squared, beta2).rsqrt().mul_(grad);
        }
        Tensor rows = average(state.get(ROW), squared.mean(new long[] {-1}), beta2);
        Tensor columns = average(state.get(COLUMN), squared.mean(new long[] {-2}), beta2);
        Tensor byRow = rows.div(rows.mean(new long[] {-1}, true)).rsqrt_().unsqueeze(-1);
        return byRow.mul(columns.unsqueeze(-2).rsqrt()).mul_(grad);
    }

    private static Tensor average(Tensor average, Tensor next, double beta) {
        return average.mul_(beta).add_(next, 1.0 - beta);
    }

    private static Tensor rootMeanSquare(Tensor tensor) {
        return tensor.linalg_vector_norm().div(Math.sqrt(tensor.numel()));
    }
}
