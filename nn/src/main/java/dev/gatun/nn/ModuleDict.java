package dev.gatun.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Modules named by keys, in the order of their coming ({@code torch.nn.ModuleDict}). */
public final class ModuleDict<M extends Module> extends Module {
    private final Map<String, M> modules = new LinkedHashMap<>();

    /** An empty one. */
    public ModuleDict() {}

    /**
     * Puts {@code module} under {@code key}, in the place of one that is there ({@code d[key] = module}); returns the old
     * one, the caller's now, or null.
     *
     * @throws IllegalArgumentException if the key is empty or has a dot
     */
    public M put(String key, M module) {
        if (modules.containsKey(key)) {
            exchangeModule(key, module);
        } else {
            registerModule(key, module);
        }
        return modules.put(key, module);
    }

    /** The module under {@code key}, or null. */
    public M get(String key) {
        return modules.get(key);
    }

    /** Takes the module under {@code key} out ({@code pop}): it is the caller's then; null if there is none. */
    public M remove(String key) {
        removeModule(key);
        return modules.remove(key);
    }

    /** All of them; the map cannot be changed. */
    public Map<String, M> asMap() {
        return Collections.unmodifiableMap(modules);
    }
}
