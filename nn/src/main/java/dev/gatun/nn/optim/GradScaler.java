package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps gradients of float16 above the smallest number that float16 has, and skips steps where they went above the largest
 * ({@code torch.amp.GradScaler}): the loss is multiplied by a scale before backward, gradients are divided by it before the
 * step. A step whose gradients are not all finite is not made, and the scale falls; after many good ones it rises.
 *
 * <pre>{@code
 * scaler.scale(loss).backward();
 * scaler.unscale_(optimizer);                 // only to clip
 * Gradients.clipNorm_(parameters, 1.0);
 * if (scaler.step(optimizer)) {               // false: the step was skipped, so nothing else may count it
 *     schedule.step();
 * }
 * scaler.update();
 * }</pre>
 */
public final class GradScaler {
    private static final String SCALE = "scaler.scale";
    private static final String GOOD_STEPS = "scaler.growth_tracker";

    private final Options options;
    private final Map<Optimizer, Progress> progress = new IdentityHashMap<>();
    private float scale;
    private long goodSteps;

    /** How far an optimizer is between two updates. */
    private record Progress(boolean isFinite, boolean stepped) {}

    /**
     * Settings; {@link #DEFAULTS} are PyTorch's.
     *
     * @param initScale the scale at first
     * @param growthFactor what the scale is multiplied with after {@code growthInterval} good steps in a row
     * @param backoffFactor what it is multiplied with after a skipped one
     * @param growthInterval see there
     */
    public record Options(double initScale, double growthFactor, double backoffFactor, long growthInterval) {
        /** 65536, times 2 after 2000 steps, times a half. */
        public static final Options DEFAULTS = new Options(65536, 2, 0.5, 2000);

        /** Checks the ranges. */
        public Options {
            if (!(initScale > 0 && growthFactor > 1 && backoffFactor > 0 && backoffFactor < 1 && growthInterval > 0)) {
                throw new IllegalArgumentException(
                        "a scale is positive, grows by a factor above 1 after a positive number"
                                + " of steps, and backs off by one between 0 and 1; not " + initScale + ", "
                                + growthFactor
                                + ", " + growthInterval + ", " + backoffFactor);
            }
        }
    }

    /** A scaler with PyTorch's settings. */
    public GradScaler() {
        this(Options.DEFAULTS);
    }

    /** A scaler with settings of its own. */
    public GradScaler(Options options) {
        this.options = options;
        this.scale = (float) options.initScale();
    }

    /** The scale ({@code get_scale}). */
    public double getScale() {
        return scale;
    }

    /** Multiplies a loss by the scale: call backward on the result ({@code scale}). */
    public Tensor scale(Tensor loss) {
        return loss.mul(scale);
    }

    /**
     * Divides the gradients of an optimizer's parameters by the scale, and finds out whether all are finite
     * ({@code unscale_}). {@link #step} does it where it has not been done: call this to look at gradients in between.
     *
     * @throws IllegalStateException if it was done already since the last {@link #update()}
     */
    public void unscale_(Optimizer optimizer) {
        if (progress.containsKey(optimizer)) {
            throw new IllegalStateException(
                    "the optimizer's gradients are unscaled already: call update() after its step");
        }
        progress.put(optimizer, new Progress(unscaled(optimizer), false));
    }

    private boolean unscaled(Optimizer optimizer) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Map<List<Object>, List<Tensor>> byKind = new LinkedHashMap<>();
            for (Parameter parameter : optimizer.parameters()) {
                Tensor grad = parameter.grad();
                if (grad != null) {
                    byKind.computeIfAbsent(List.of(grad.device(), grad.dtype()), _ -> new ArrayList<>())
                            .add(grad);
                }
            }
            boolean isFinite = true;
            for (List<Tensor> grads : byKind.values()) {
                Device device = grads.getFirst().device();
                TensorOptions scalar = TensorOptions.of(DType.FLOAT32, device);
                Tensor found = Torch.zeros(new long[] {1}, scalar);
                // As PyTorch: the reciprocal in double, then in float32.
                Tensor inverse = Torch.full(new long[] {1}, 1.0 / scale, scalar);
                Aten._amp_foreach_non_finite_check_and_unscale_(grads.toArray(Tensor[]::new), found, inverse);
                isFinite &= found.item().doubleValue() == 0;
            }
            return isFinite;
        }
    }

    /**
     * Makes the optimizer's step if all its gradients are finite ({@code step}).
     *
     * @return whether it was made. If not, optimizer and parameters are untouched; leave schedules, and whatever else counts
     *     steps, untouched too
     * @throws IllegalStateException if it was called already since the last {@link #update()}
     */
    public boolean step(Optimizer optimizer) {
        if (!progress.containsKey(optimizer)) {
            unscale_(optimizer);
        }
        Progress before = progress.get(optimizer);
        if (before.stepped()) {
            throw new IllegalStateException("the optimizer has made its step already: call update() after it");
        }
        progress.put(optimizer, new Progress(before.isFinite(), true));
        if (before.isFinite()) {
            optimizer.step();
        }
        return before.isFinite();
    }

    /**
     * Changes the scale by what the steps since the last call found ({@code update}): once after each training step.
     *
     * @throws IllegalStateException if there were none
     */
    public void update() {
        if (progress.isEmpty()) {
            throw new IllegalStateException(
                    "no gradients were unscaled since the last update: call step(optimizer) before");
        }
        if (progress.values().stream().allMatch(Progress::isFinite)) {
            goodSteps++;
            if (goodSteps == options.growthInterval()) {
                float grown = scale * (float) options.growthFactor();
                scale = Float.isFinite(grown) ? grown : scale;
                goodSteps = 0;
            }
        } else {
            scale *= (float) options.backoffFactor();
            goodSteps = 0;
        }
        progress.clear();
    }

    /** All that a later run needs to go on, as values for an {@link OptimizerState} or a file's metadata ({@code state_dict}). */
    public Map<String, String> state() {
        return Map.of(SCALE, Float.toString(scale), GOOD_STEPS, Long.toString(goodSteps));
    }

    /**
     * Takes over what {@link #state()} gave; other values are ignored ({@code load_state_dict}).
     *
     * @throws IllegalArgumentException if a value is missing or no number, before anything is changed
     */
    public void loadState(Map<String, String> state) {
        if (!state.containsKey(SCALE) || !state.containsKey(GOOD_STEPS)) {
            throw new IllegalArgumentException(
                    "the state has no " + SCALE + " and " + GOOD_STEPS + ": it was saved without a GradScaler's");
        }
        float savedScale = Float.parseFloat(state.get(SCALE));
        goodSteps = Long.parseLong(state.get(GOOD_STEPS));
        scale = savedScale;
        progress.clear();
    }
}
