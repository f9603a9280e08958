package dev.gatun.nn.peft;

import dev.gatun.nn.StateSource;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A source under other names. */
final class RenamedSource implements StateSource {
    private final StateSource source;
    private final Map<String, String> originals = new LinkedHashMap<>();

    /** {@code newName} turns a name of {@code source} into the one it has here. */
    RenamedSource(StateSource source, UnaryOperator<String> newName) {
        this.source = source;
        source.names().forEach(name -> originals.put(newName.apply(name), name));
    }

    @Override
    public String describe() {
        return source.describe();
    }

    @Override
    public Set<String> names() {
        return originals.keySet();
    }

    @Override
    public long[] shape(String name) {
        return source.shape(originals.get(name));
    }

    @Override
    public DType dtype(String name) {
        return source.dtype(originals.get(name));
    }

    @Override
    public Tensor load(String name) {
        return source.load(originals.get(name));
    }

    @Override
    public boolean fresh() {
        return source.fresh();
    }
}
