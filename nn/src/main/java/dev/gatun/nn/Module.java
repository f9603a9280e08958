package dev.gatun.nn;

import dev.gatun.torch.Checkpoint;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The base of all layers and models ({@code torch.nn.Module}): named parameters, buffers and submodules, training mode,
 * freezing, state dicts. A subclass registers its parts in its constructor and offers a {@code forward} of whatever
 * arguments it needs, whose body runs in {@link #scoped}.
 *
 * <p>A part may be registered in several places (tied weights). It then has several names; the first one registered is
 * the one it is counted, saved and trained under.
 *
 * <p>The module owns its parameters and buffers: {@link #close()} frees them, its submodules' too.
 */
public abstract non-sealed class Module extends ModuleTree implements AutoCloseable {
    private ModuleHooks hooks;
    private boolean training = true;
    private boolean checkpointing;

    /** A module without parts yet, in training mode. */
    protected Module() {}

    // --- calling ---------------------------------------------------------------------------------------------------

    /**
     * Runs {@code body} in a scope of its own and hands its result, a {@link Tensor}, a {@code Tensor[]}, a
     * {@link TensorGroup} or null, to the caller's scope: all other tensors made on the way are freed at once, except
     * for what the autograd graph holds. This is how every {@code forward} keeps peak memory at Python's level.
     */
    protected static <R> R scoped(Supplier<R> body) {
        try (Scope scope = Scope.open()) {
            R result = body.get();
            switch (result) {
                case null -> {}
                case Tensor tensor -> scope.promote(tensor);
                case Tensor[] tensors -> scope.promote(tensors);
                case TensorGroup group -> scope.promote(group.tensors().toArray(Tensor[]::new));
                default ->
                    throw new IllegalArgumentException("a scoped body returns tensors, not "
                            + result.getClass().getName());
            }
            return result;
        }
    }

    /**
     * Runs {@code body} on {@code inputs} in a scope of its own, with this module's hooks around it and, if
     * {@link #checkpointing} is on, without keeping what it saves for the backward pass. Every tensor that {@code body} uses
     * and that may be freed before the backward pass must be an input; inputs may be null.
     *
     * @return the results, in the caller's scope
     */
    protected final Tensor[] call(UnaryOperator<Tensor[]> body, Tensor... inputs) {
        UnaryOperator<Tensor[]> whole =
                checkpointing && training && Torch.isGradEnabled() ? given -> Checkpoint.applyAll(body, given) : body;
        return scoped(() -> hooks == null ? whole.apply(inputs) : hooks.run(this, whole, inputs));
    }

    /** Whether {@link #call} would do no more than {@link #scoped}. */
    final boolean isPlain() {
        return !checkpointing && (hooks == null || hooks.isEmpty());
    }

    /**
     * Computes this module's call again in the backward pass instead of keeping what it saves ({@code
     * torch.utils.checkpoint}): less memory, the same gradients and the same dropout. It works in training mode, for
     * modules whose {@code forward} goes through {@link #call}; submodules have switches of their own.
     */
    public void checkpointing(boolean on) {
        checkpointing = on;
    }

    /** Whether {@link #checkpointing(boolean)} is on. */
    public boolean isCheckpointing() {
        return checkpointing;
    }

    /** Runs {@code hook} before each forward ({@code register_forward_pre_hook}). */
    public final RemovableHandle registerForwardPreHook(ModuleHook.ForwardPre hook) {
        return hooks().addForwardPre(hook);
    }

    /** Runs {@code hook} after each forward ({@code register_forward_hook}). */
    public final RemovableHandle registerForwardHook(ModuleHook.Forward hook) {
        return hooks().addForward(hook);
    }

    /** Runs {@code hook} before each backward pass through this module ({@code register_full_backward_pre_hook}). */
    public final RemovableHandle registerFullBackwardPreHook(ModuleHook.BackwardPre hook) {
        return hooks().addBackwardPre(hook);
    }

    /** Runs {@code hook} after each backward pass through this module ({@code register_full_backward_hook}). */
    public final RemovableHandle registerFullBackwardHook(ModuleHook.Backward hook) {
        return hooks().addBackward(hook);
    }

    private ModuleHooks hooks() {
        hooks = hooks == null ? new ModuleHooks() : hooks;
        return hooks;
    }

    // --- state -----------------------------------------------------------------------------------------------------

    /** Switches dropout and the like on or off in the whole tree ({@code Module.train(mode)}). */
    public final void train(boolean mode) {
        apply(module -> module.training = mode);
    }

    /** {@code train(true)}. */
    public final void train() {
        train(true);
    }

    /** {@code train(false)}. */
    public final void eval() {
        train(false);
    }

    /** Whether this module is in training mode. */
    public final boolean isTraining() {
        return training;
    }

    /** Trains or freezes every parameter ({@code Module.requires_grad_}). */
    public final void requiresGrad_(boolean requiresGrad) {
        parameters().forEach(parameter -> parameter.requiresGrad_(requiresGrad));
    }

    /** Forgets all gradients ({@code zero_grad(set_to_none=True)}). */
    public final void zeroGrad() {
        parameters().forEach(Parameter::zeroGrad);
    }

    /**
     * Converts every floating-point parameter and buffer to {@code dtype}, and moves all of them to the options'
     * device ({@code Module.to}). Gradients are forgotten; optimizers go on with the same {@link Parameter}s.
     */
    public final void to(TensorOptions options) {
        try (GradMode _ = Torch.noGrad()) {
            for (Parameter parameter : parameters()) {
                Tensor converted = convert(parameter.get(), options);
                if (converted != parameter.get()) {
                    parameter.assign(converted);
                }
            }
            exchangeBuffers(buffer -> convert(buffer, options));
        }
        namedModules().values().forEach(Module::freeCache);
    }

    private static Tensor convert(Tensor tensor, TensorOptions options) {
        DType dtype = tensor.dtype().isFloatingPoint() && options.dtype() != null ? options.dtype() : tensor.dtype();
        var device = options.device() != null ? options.device() : tensor.device();
        boolean same = dtype == tensor.dtype() && device.equals(tensor.device());
        return same ? tensor : tensor.detach().to(device, dtype);
    }

    /**
     * Every parameter and saved buffer by its first name ({@code state_dict}): the module's own tensors, not copies. Tied
     * copies are left out, as Hugging Face leaves them out of safetensors files.
     */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        namedParameters().forEach((name, parameter) -> state.put(name, parameter.get()));
        state.putAll(savedBuffers());
        return state;
    }

    /** {@link #loadStateDict(StateSource, boolean)} from tensors, which stay the caller's. */
    public final LoadReport loadStateDict(Map<String, Tensor> state, boolean strict) {
        return loadStateDict(StateSource.of(state), strict);
    }

    /**
     * Overwrites parameters and buffers in place from {@code source} ({@code load_state_dict}), converting to the
     * module's types. A part on the meta device is made on the CPU instead. A tied parameter may be given under any of
     * its names. All names, shapes and types are compared before anything is changed.
     *
     * @param strict whether missing and unexpected names are errors; a wrong shape or kind of type always is one
     * @return what was missing and what was unexpected
     * @throws StateDictException listing everything that does not fit
     */
    public final LoadReport loadStateDict(StateSource source, boolean strict) {
        return loadStateDict(source, strict, Device.CPU);
    }

    /** The same, where a part on the meta device is made on {@code home}, one tensor after another: the host never has all. */
    public final LoadReport loadStateDict(StateSource source, boolean strict, Device home) {
        return new StateLoader(this, source, home).load(strict);
    }

    /** Frees all parameters and buffers of the tree. Closing twice does nothing. */
    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        namedBuffers().values().forEach(Tensor::close);
        namedModules().values().forEach(Module::freeCache);
    }

    /**
     * Frees what this module alone has made for itself besides its parts: called when a tree it is in is closed, or gets other
     * tensors by {@link #to}.
     */
    protected void freeCache() {}
}
