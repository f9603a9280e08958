package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.util.LinkedHashSet;
import java.util.Set;

/** A source that hides some names of another. */
record FilteredSource(StateSource source, Set<String> ignored) implements StateSource {
    @Override
    public String describe() {
        return source.describe();
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(source.names());
        names.removeAll(ignored);
        return names;
    }

    @Override
    public long[] shape(String name) {
        return source.shape(name);
    }

    @Override
    public DType dtype(String name) {
        return source.dtype(name);
    }

    @Override
    public Tensor load(String name) {
        return source.load(name);
    }

    @Override
    public void copyTo(String name, Tensor target) {
        source.copyTo(name, target);
    }

    @Override
    public boolean fresh() {
        return source.fresh();
    }
}
