package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What a {@link Module} consists of: its parts by name, and those of the modules beneath it. */
abstract sealed class ModuleTree permits Module {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Set<String> unsaved = new HashSet<>();
    private final Map<String, Module> children = new LinkedHashMap<>();

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
        if (module.namedModules().containsValue(self())) {
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
        walk("", (path, module) -> tree(module).parameters.forEach((name, p) -> found.put(join(path, name), p)));
        return found;
    }

    /** Every parameter, each once ({@code parameters()}). */
    public final List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** Every buffer in the tree by name ({@code named_buffers}). */
    public final Map<String, Tensor> namedBuffers() {
        Map<String, Tensor> found = new LinkedHashMap<>();
        namedModules()
                .forEach((path, module) -> tree(module).buffers.forEach((name, b) -> found.put(join(path, name), b)));
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
        namedModules().forEach((path, module) -> tree(module).unsaved.forEach(name -> saved.remove(join(path, name))));
        return saved;
    }

    /**
     * The submodule at {@code path}, names joined by dots, "" for this one ({@code get_submodule}).
     *
     * @throws IllegalArgumentException if there is none, naming the part of the path that does exist
     */
    public final Module getSubmodule(String path) {
        return ModulePaths.submodule(self(), path);
    }

    /** The parameter at {@code path} ({@code get_parameter}); thrown as {@link #getSubmodule}. */
    public final Parameter getParameter(String path) {
        return ModulePaths.leaf(self(), path, Module::ownParameters, "parameter");
    }

    /** The buffer at {@code path}, still the module's ({@code get_buffer}); thrown as {@link #getSubmodule}. */
    public final Tensor getBuffer(String path) {
        return ModulePaths.leaf(self(), path, Module::ownBuffers, "buffer");
    }

    /** A table of all parameters and buffers: name, type of module, shape, numbers, trained or not, bytes. */
    public final ModuleSummary summary() {
        return ModuleSummary.of(self());
    }

    private void walk(String path, BiConsumer<String, Module> visit) {
        visit.accept(path, self());
        children.forEach((name, child) -> tree(child).walk(join(path, name), visit));
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

    /** Calls {@code action} on every module of the tree once, submodules before their parent ({@code Module.apply}). */
    public final void apply(Consumer<Module> action) {
        applyTo(action, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private void applyTo(Consumer<Module> action, Set<Module> seen) {
        if (seen.add(self())) {
            List.copyOf(children.values()).forEach(child -> tree(child).applyTo(action, seen));
            action.accept(self());
        }
    }

    /** Replaces the buffer at {@code path}, taken over, freeing the old one. */
    final void assignBuffer(String path, Tensor replacement) {
        int dot = path.lastIndexOf('.');
        ModuleTree owner = getSubmodule(dot < 0 ? "" : path.substring(0, dot));
        owner.buffers.put(path.substring(dot + 1), replacement.unscoped()).close();
    }

    /** Puts what {@code change} returns in the place of each buffer of the tree; what is replaced is freed. */
    final void exchangeBuffers(UnaryOperator<Tensor> change) {
        apply(module -> tree(module).buffers.replaceAll((_, old) -> {
            Tensor changed = change.apply(old);
            if (changed != old) {
                changed.unscoped();
                old.close();
            }
            return changed;
        }));
    }

    private static ModuleTree tree(Module module) {
        return module;
    }

    private Module self() {
        return (Module) this;
    }
}
