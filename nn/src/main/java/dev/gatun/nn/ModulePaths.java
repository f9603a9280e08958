package dev.gatun.nn;

import java.util.Map;
import java.util.function.Function;

/** Finds parts of a module by their dotted names, and says where a wrong one goes astray. */
final class ModulePaths {
    private ModulePaths() {}

    static Module submodule(Module root, String path) {
        Module at = root;
        String reached = "";
        for (String name : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
            Module next = at.namedChildren().get(name);
            if (next == null) {
                throw none("submodule", path, name, at, reached, at.namedChildren());
            }
            at = next;
            reached = Module.join(reached, name);
        }
        return at;
    }

    static <T> T leaf(Module root, String path, Function<Module, Map<String, T>> leaves, String what) {
        int dot = path.lastIndexOf('.');
        String parent = dot < 0 ? "" : path.substring(0, dot);
        Module owner = submodule(root, parent);
        T found = leaves.apply(owner).get(path.substring(dot + 1));
        if (found == null) {
            throw none(what, path, path.substring(dot + 1), owner, parent, leaves.apply(owner));
        }
        return found;
    }

    private static IllegalArgumentException none(
            String what, String path, String name, Module at, String reached, Map<String, ?> present) {
        return new IllegalArgumentException("no " + what + " '" + path + "': "
                + at.getClass().getSimpleName() + (reached.isEmpty() ? "" : " '" + reached + "'") + " has no '" + name
                + "', only " + present.keySet());
    }
}
