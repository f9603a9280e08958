package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * The elements of a parameter that this rank steps.
 *
 * @param from the first, {@code to} the one behind the last
 * @param part a view of them, of one dimension; of the parameter's shape if parameters are not cut
 */
record Shard(Slot slot, long from, long to, Parameter part) {
    static Shard of(Slot slot, long from, long to, boolean keepsShape) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor whole = slot.leaf().detach();
            if (!whole.isContiguous()) {
                throw new IllegalArgumentException("parameter " + slot.name() + ", " + whole.dtype()
                        + Arrays.toString(whole.shape())
                        + ", is not contiguous, so it has no part in one piece: assign a contiguous one");
            }
            Tensor view = keepsShape ? whole : whole.view(-1).narrow(0, from, to - from);
            return new Shard(slot, from, to, new Parameter(view));
        }
    }

    long length() {
        return to - from;
    }

    /** Gives the part its gradient: {@code gradient}, of one dimension, or none. */
    void setGradient(Tensor gradient) {
        part.get().setGrad(gradient == null ? null : gradient.view(part.shape()));
    }
}
