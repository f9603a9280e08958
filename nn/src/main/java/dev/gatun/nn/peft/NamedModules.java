package dev.gatun.nn.peft;

import dev.gatun.nn.Module;

/** Modules under dotted names, as parts of parts, so that a tree's state dict repeats the names of another's modules. */
class NamedModules extends Module {
    /** Adds {@code module} at {@code path} below this one. */
    final void put(String path, Module module) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            registerModule(path, module);
            return;
        }
        String head = path.substring(0, dot);
        Module child = namedChildren().get(head);
        NamedModules inner = child == null ? registerModule(head, new NamedModules()) : (NamedModules) child;
        inner.put(path.substring(dot + 1), module);
    }
}
