package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** The tensors of collective operations, checked and put into words. */
final class Collective {
    static final Set<DType> KNOWN = EnumSet.of(
            DType.FLOAT32,
            DType.FLOAT64,
            DType.FLOAT16,
            DType.BFLOAT16,
            DType.INT8,
            DType.UINT8,
            DType.INT32,
            DType.INT64);

    private Collective() {}

    /** The operation's name with PyTorch's spelling and its tensor, as messages and other ranks see it. */
    static String describe(String name, Tensor tensor) {
        return name + " of " + describe(tensor);
    }

    private static String describe(Tensor tensor) {
        return tensor.dtype() + Arrays.toString(tensor.shape());
    }

    static void check(String operation, Tensor tensor) {
        if (!KNOWN.contains(tensor.dtype())) {
            throw new DistributedException(
                    operation + ": tensors of this dtype are not sent; convert it to one of " + KNOWN);
        }
        if (!tensor.isContiguous()) {
            throw new DistributedException(operation + ": the tensor is not contiguous, strides "
                    + Arrays.toString(tensor.strides()) + "; pass contiguous(), or the tensor it is a view of");
        }
    }

    static void checkDevice(String operation, Tensor tensor, Device.Type type) {
        if (tensor.device().type() != type) {
            throw new DistributedException(operation + ": the tensor is on " + tensor.device()
                    + ", and this group's are on " + type + ": move it there, or open a group of the other kind");
        }
    }

    /** AVG divides, which is not for whole numbers. */
    static void checkOp(String operation, Tensor tensor, ReduceOp op) {
        if (op == ReduceOp.AVG && !tensor.dtype().isFloatingPoint()) {
            throw new DistributedException(
                    operation + ": the average of whole numbers is none; use SUM, or floating numbers");
        }
    }

    static void checkRoot(String operation, int root, int size) {
        if (root < 0 || root >= size) {
            throw new DistributedException(
                    operation + ": root " + root + " is no rank; ranks count from 0 to " + (size - 1));
        }
    }

    /** {@code whole} holds a part like {@code part} for each rank. */
    static void checkParts(String operation, Tensor whole, Tensor part, int size) {
        if (whole.dtype() != part.dtype() || whole.numel() != size * part.numel()) {
            throw new DistributedException(operation + ": with " + size + " ranks the one tensor has " + size
                    + " times the" + " other's elements, and the same dtype; they are " + describe(whole) + " and "
                    + describe(part));
        }
    }
}
