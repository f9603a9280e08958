package dev.gatun.hart.model;

import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Which of a batch's slots one rank has, and what it takes to know those of the others.
 *
 * @param slots of the whole batch
 * @param first the first of this rank's
 * @param own how many it has
 * @param ranks how many ranks there are
 * @param sum replaces a tensor by its sum over all ranks; null where there is one
 */
record SlotShare(int slots, int first, int own, int ranks, Consumer<Tensor> sum) {
    /** One process has all slots. */
    static SlotShare alone(int slots) {
        return new SlotShare(slots, 0, slots, 1, null);
    }

    boolean isAlone() {
        return sum == null;
    }

    /** The rows of all ranks' slots, [slots, …], of this rank's, [own, …]: each rank adds its own to zeros. */
    Tensor gathered(Tensor rows) {
        if (isAlone()) {
            return rows;
        }
        long[] shape = rows.shape();
        shape[0] = slots;
        Tensor all = Torch.zeros(shape, TensorOptions.of(rows.dtype(), rows.device()));
        all.narrow(0, first, own).copy_(rows);
        sum.accept(all);
        return all;
    }

    /** The same of numbers, which travel by {@code device}. */
    int[] gathered(int[] rows, Device device) {
        Tensor own = Tensor.of(Arrays.stream(rows).asLongStream().toArray(), rows.length);
        Tensor all = gathered(own.to(device));
        return Arrays.stream(all.toLongArray()).mapToInt(row -> (int) row).toArray();
    }

    /** This rank's rows of all ranks', copied. */
    Tensor ownRows(Tensor all) {
        return isAlone() ? all : all.narrow(0, first, own).clone();
    }

    /** {@code tensor}, replaced by its sum over all ranks and divided by the number of slots. */
    Tensor mean(Tensor tensor) {
        sum.accept(tensor);
        return tensor.div_((double) slots);
    }
}
