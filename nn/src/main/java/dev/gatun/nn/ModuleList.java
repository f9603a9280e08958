package dev.gatun.nn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Modules named by their number ({@code torch.nn.ModuleList}). */
public final class ModuleList<M extends Module> extends Module implements Iterable<M> {
    private final List<M> modules = new ArrayList<>();

    /** An empty list. */
    public ModuleList() {}

    /** Adds {@code module} at the end and returns it. */
    public <N extends M> N append(N module) {
        registerModule(Integer.toString(modules.size()), module);
        modules.add(module);
        return module;
    }

    /** Module number {@code index}. */
    public M get(int index) {
        return modules.get(index);
    }

    /** Puts {@code module} in the place of number {@code index} and returns the old one, which is the caller's now. */
    public M set(int index, M module) {
        M old = modules.set(index, module);
        exchangeModule(Integer.toString(index), module);
        return old;
    }

    /** How many there are. */
    public int size() {
        return modules.size();
    }

    @Override
    public Iterator<M> iterator() {
        return List.copyOf(modules).iterator();
    }
}
