package dev.gatun.nn;

import dev.gatun.torch.Checkpoint;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
public abstract class Module implements AutoCloseable {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Set<String> unsaved = new HashSet<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private ModuleHooks hooks;
    private boolean training = true;
    private boolean checkpointing;

    /** A module without parts yet, in training mode. */
    protected Module() {}

    // --- registration ----------------------------------------------------------------------------------------------

    /** Adds a parameter under {@code name} ({@code register_parameter}) and returns it. */
    protected final Parameter registerParameter(String name, Parameter parameter) {
        requireFree(name);
        parameters.put(name, parameter);
        return parameter;
    }

    /** Adds a tensor that is saved but not trained ({@code register_buffer}), taken over out of its scope. */
    protected final void registerBuffer(String name, Tensor buffer) {
        registerBuffer(name, buffer, true);
    }

    /** The same; one that is not {@code persistent} moves with the module, but is in no state dict. */
    protected final void registerBuffer(String name, Tensor buffer, boolean persistent) {
        requireFree(name);
        buffers.put(name, buffer.unscoped());
        if (!persistent) {
            unsaved.add(name);
        }
    }

    /** The buffer of this module called {@code name}: ask for it at each use, a change of type exchanges it. */
    protected final Tensor buffer(String name) {
        return buffers.get(name);
    }

    /** Adds a submodule under {@code name} ({@code add_module}) and returns it. */
    protected final <M extends Module> M registerModule(String name, M module) {
        requireFree(name);
        if (module.namedModules().containsValue(this)) {
            throw new IllegalArgumentException(
                    "'" + name + "' would make " + getClass().getSimpleName() + " a part of itself");
        }
        children.put(name, module);
        return module;
    }

    /** Puts {@code module} in the place of the submodule called {@code name}, which is returned and now the caller's. */
    final Module exchangeModule(String name, Module module) {
        return children.put(name, module);
    }

    /** Takes the submodule called {@code name} out; it is the caller's from then on. */
    final Module removeModule(String name) {
        return children.remove(name);
    }

    private void requireFree(String name) {
        if (name.isEmpty()
                || name.contains(".")
                || parameters.containsKey(name)
                || buffers.containsKey(name)
                || children.containsKey(name)) {
            throw new IllegalArgumentException("the name '" + name + "' is empty, has a dot, or is taken in "
                    + getClass().getSimpleName());
        }
    }

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
    public final boolean isCheckpointing() {
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

    // --- parts -----------------------------------------------------------------------------------------------------

    /** Every module in the tree, this one first under "", each once under its first name ({@code named_modules}). */
    public final Map<String, Module> namedModules() {
        Map<String, Module> found = new LinkedHashMap<>();
        Set<Module> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        walk("", (path, module) -> {
            if (seen.add(module)) {
                found.put(path, module);
            }
        });
        return found;
    }

    /** The direct submodules by name ({@code named_children}). */
    public final Map<String, Module> namedChildren() {
        return Collections.unmodifiableMap(children);
    }

    /** Every parameter in the tree, each once under its first name ({@code named_parameters}), in registration order. */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> found = new LinkedHashMap<>();
        Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        allNamedParameters().forEach((name, parameter) -> {
            if (seen.add(parameter)) {
                found.put(name, parameter);
            }
        });
        return found;
    }

    /** Every parameter under every name it has: tied ones appear several times. */
    final Map<String, Parameter> allNamedParameters() {
        Map<String, Parameter> found = new LinkedHashMap<>();
        walk("", (path, module) -> module.parameters.forEach((name, p) -> found.put(join(path, name), p)));
        return found;
    }

    /** Every parameter, each once ({@code parameters()}). */
    public final List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** Every buffer in the tree by name ({@code named_buffers}). */
    public final Map<String, Tensor> namedBuffers() {
        Map<String, Tensor> found = new LinkedHashMap<>();
        namedModules().forEach((path, module) -> module.buffers.forEach((name, b) -> found.put(join(path, name), b)));
        return found;
    }

    /** The parameters of this module alone ({@code named_parameters(recurse=False)}). */
    public final Map<String, Parameter> ownParameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** The buffers of this module alone ({@code named_buffers(recurse=False)}). */
    public final Map<String, Tensor> ownBuffers() {
        return Collections.unmodifiableMap(buffers);
    }

    /** The buffers that are saved. */
    final Map<String, Tensor> savedBuffers() {
        Map<String, Tensor> saved = namedBuffers();
        namedModules().forEach((path, module) -> module.unsaved.forEach(name -> saved.remove(join(path, name))));
        return saved;
    }

    /**
     * The submodule at {@code path}, names joined by dots, "" for this one ({@code get_submodule}).
     *
     * @throws IllegalArgumentException if there is none, naming the part of the path that does exist
     */
    public final Module getSubmodule(String path) {
        return ModulePaths.submodule(this, path);
    }

    /** The parameter at {@code path} ({@code get_parameter}); thrown as {@link #getSubmodule}. */
    public final Parameter getParameter(String path) {
        return ModulePaths.leaf(this, path, Module::ownParameters, "parameter");
    }

    /** The buffer at {@code path}, still the module's ({@code get_buffer}); thrown as {@link #getSubmodule}. */
    public final Tensor getBuffer(String path) {
        return ModulePaths.leaf(this, path, Module::ownBuffers, "buffer");
    }

    /** A table of all parameters and buffers: name, type of module, shape, numbers, trained or not, bytes. */
    public final ModuleSummary summary() {
        return ModuleSummary.of(this);
    }

    private void walk(String path, BiConsumer<String, Module> visit) {
        visit.accept(path, this);
        children.forEach((name, child) -> child.walk(join(path, name), visit));
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** How many numbers the parameters hold, tied ones once; works on the meta device too. */
    public final long numParameters() {
        return parameters().stream().mapToLong(Parameter::numel).sum();
    }

    /** How many of them are trained. */
    public final long numTrainableParameters() {
        return parameters().stream()
                .filter(Parameter::requiresGrad)
                .mapToLong(Parameter::numel)
                .sum();
    }

    // --- state -----------------------------------------------------------------------------------------------------

    /** Calls {@code action} on every module of the tree once, submodules before their parent ({@code Module.apply}). */
    public final void apply(Consumer<Module> action) {
        applyTo(action, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private void applyTo(Consumer<Module> action, Set<Module> seen) {
        if (seen.add(this)) {
            List.copyOf(children.values()).forEach(child -> child.applyTo(action, seen));
            action.accept(this);
        }
    }

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
            apply(module -> module.buffers.replaceAll((_, old) -> {
                Tensor converted = convert(old, options);
                if (converted != old) {
                    converted.unscoped();
                    old.close();
                }
                return converted;
            }));
        }
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
        return new StateLoader(this, source).load(strict);
    }

    /** Replaces the buffer at {@code path}, taken over, freeing the old one. */
    final void assignBuffer(String path, Tensor replacement) {
        int dot = path.lastIndexOf('.');
        Module owner = getSubmodule(dot < 0 ? "" : path.substring(0, dot));
        owner.buffers.put(path.substring(dot + 1), replacement.unscoped()).close();
    }

    /** Frees all parameters and buffers of the tree. Closing twice does nothing. */
    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        namedBuffers().values().forEach(Tensor::close);
    }
}
