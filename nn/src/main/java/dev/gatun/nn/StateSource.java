package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Map;
import java.util.Set;

/** Named tensors that are read one at a time, so that loading a model never holds it twice. */
public interface StateSource {
    /** What to call the source in messages, for example a file. */
    String describe();

    /** The names in it. */
    Set<String> names();

    /** The shape of the tensor called {@code name}. */
    long[] shape(String name);

    /** Its element type. */
    DType dtype(String name);

    /** The tensor: new and the caller's where {@link #fresh()} says so, otherwise only lent. */
    Tensor load(String name);

    /** Overwrites {@code target}, of the same shape, with the tensor, converting type and device. */
    default void copyTo(String name, Tensor target) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            target.copy_(load(name));
        }
    }

    /** Whether {@link #load} makes a new tensor each time, which the caller may keep. */
    boolean fresh();

    /** This source without the tensors called {@code ignored}. */
    default StateSource without(Set<String> ignored) {
        return new FilteredSource(this, ignored);
    }

    /** A source of tensors that are in memory already and stay the caller's. */
    static StateSource of(Map<String, Tensor> state) {
        return new StateSource() {
            @Override
            public String describe() {
                return "the state dict";
            }

            @Override
            public Set<String> names() {
                return state.keySet();
            }

            @Override
            public long[] shape(String name) {
                return state.get(name).shape();
            }

            @Override
            public DType dtype(String name) {
                return state.get(name).dtype();
            }

            @Override
            public Tensor load(String name) {
                return state.get(name);
            }

            @Override
            public boolean fresh() {
                return false;
            }
        };
    }
}
