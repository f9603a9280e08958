package dev.gatun.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Refuses, before libtorch sees them, arguments for which libtorch itself would end the process or never return. The
 * generated methods of the ops that {@code guards.txt} lists, with the reasons, call these and those of {@link
 * NumberGuards}, {@link LayerGuards}, {@link RecurrentGuards} and {@link AttentionGuards}; no other op pays for them.
 * Each is given the op's name first and throws {@link IllegalArgumentException}. Here: what tensors are, and how they lie
 * in memory.
 */
final class Guards {
    /** Allows the ops that no check makes safe. */
    static final String UNSAFE = "dev.gatun.torch.unsafe";

    private Guards() {}

    static IllegalArgumentException refused(String op, String expected, Object came) {
        return new IllegalArgumentException(
                op + ": expected " + expected + ", got " + (came instanceof Tensor tensor ? tensor.describe() : came));
    }

    /** The tensors among {@code arguments} and in lists there; nulls are left out. */
    static List<Tensor> tensors(Object... arguments) {
        List<Tensor> tensors = new ArrayList<>();
        for (Object argument : arguments) {
            switch (argument) {
                case Tensor tensor -> tensors.add(tensor);
                case Tensor[] list -> Arrays.stream(list).filter(t -> t != null).forEach(tensors::add);
                case null, default -> {}
            }
        }
        return tensors;
    }

    /** The op reads raw memory whose shape it does not check: only for those who know what it wants. */
    static void unsafe(String op) {
        if (!Boolean.getBoolean(UNSAFE)) {
            throw new UnsupportedOperationException(op + " is internal to libtorch and may end the process on a wrong"
                    + " argument; -D" + UNSAFE + "=true allows it");
        }
    }

    /** The tensors are strided, of one device and not quantized. */
    static void plain(String op, Object... arguments) {
        Device device = null;
        for (Tensor tensor : tensors(arguments)) {
            TensorInfo info = tensor.info();
            if (!info.strided() || info.dtype().isQuantized()) {
                throw refused(op, "strided tensors without quantization", tensor);
            }
            if (device != null && !device.equals(info.device())) {
                throw refused(op, "all tensors on " + device, tensor);
            }
            device = info.device();
        }
    }

    static void plain(String op, Tensor[] list) {
        plain(op, (Object) list);
    }

    /** {@code plain}, and all tensors have the dtype of the first. */
    static void alike(String op, Object... arguments) {
        plain(op, arguments);
        List<Tensor> tensors = tensors(arguments);
        for (Tensor tensor : tensors) {
            if (tensor.dtype() != tensors.getFirst().dtype()) {
                throw refused(op, "tensors of one dtype, " + tensors.getFirst().dtype(), tensor);
            }
        }
    }

    static void notQuantized(String op, Tensor tensor) {
        if (tensor != null && tensor.dtype().isQuantized()) {
            throw refused(op, "a tensor without quantization", tensor);
        }
    }

    static void sameShape(String op, Tensor first, Tensor... others) {
        for (Tensor other : others) {
            if (first != null && other != null && !Arrays.equals(first.shape(), other.shape())) {
                throw refused(op, "tensors of the shape " + Arrays.toString(first.shape()), other);
            }
        }
    }

    /** Lists that are walked side by side. */
    static void sameLength(String op, Tensor[]... lists) {
        for (Tensor[] list : lists) {
            if (list != null && lists[0] != null && list.length != lists[0].length) {
                throw refused(op, "lists of " + lists[0].length + " tensors", "one of " + list.length);
            }
        }
    }

    /** A number for each tensor of a list. */
    static void sameCount(String op, Tensor[] tensors, Scalar[] numbers) {
        if (tensors != null && numbers != null && tensors.length != numbers.length) {
            throw refused(op, tensors.length + " numbers, one for each tensor", numbers.length);
        }
    }

    static void notEmpty(String op, Tensor[] tensors) {
        if (tensors != null && tensors.length == 0) {
            throw refused(op, "at least one tensor", "none");
        }
    }

    /** No tensor without dimensions. */
    static void dimensions(String op, Tensor[] tensors) {
        for (Tensor tensor : tensors((Object) tensors)) {
            if (tensor.dim() == 0) {
                throw refused(op, "tensors with dimensions", tensor);
            }
        }
    }

    static void present(String op, Tensor... needed) {
        for (Tensor tensor : needed) {
            if (tensor == null) {
                throw refused(op, "a tensor for each argument", "null");
            }
        }
    }

    /** Results that begin in other memory than what is read. */
    static void distinct(String op, Tensor... tensors) {
        for (int i = 0; i < tensors.length; i++) {
            for (int j = 0; j < i; j++) {
                if (tensors[i] != null && tensors[j] != null && sameData(tensors[i], tensors[j])) {
                    throw refused(op, "different tensors to read and to write", "one for both");
                }
            }
        }
    }

    private static boolean sameData(Tensor first, Tensor second) {
        return first == second
                || first.info().data() != 0
                        && first.info().data() == second.info().data();
    }

    /** A oneDNN tensor of any dtype is filled as if it were float32, by many ops that make zeros like it. */
    static void oneDnnFloat32(String op, Tensor self, DType dtype) {
        if (self != null && !Boolean.getBoolean(UNSAFE)) {
            DType made = dtype == null ? self.dtype() : dtype;
            if (made != DType.FLOAT32) {
                throw refused(op, "float32 (or -D" + UNSAFE + "=true), as libtorch fills any oneDNN tensor so", made);
            }
        }
    }

    static void some(String op, Tensor self) {
        if (self != null && self.numel() == 0) {
            throw refused(op, "a tensor with elements", self);
        }
    }

    static void contiguous(String op, Tensor... tensors) {
        for (Tensor tensor : tensors((Object) tensors)) {
            if (!tensor.isContiguous()) {
                throw refused(op, "contiguous tensors", tensor);
            }
        }
    }

    /** Factors of a product: as many columns in the first as the second has rows. */
    static void factors(String op, Tensor first, Tensor second) {
        if (first == null || second == null || first.dim() == 0 || second.dim() == 0) {
            return;
        }
        if (first.size(-1) != second.size(second.dim() == 1 ? 0 : -2)) {
            throw refused(op, "a factor for the " + first.size(-1) + " columns of " + first.describe(), second);
        }
    }

    static void someIfQuantized(String op, Tensor tensor) {
        if (tensor != null && tensor.dtype().isQuantized()) {
            some(op, tensor);
        }
    }

    /** Tensors of any layout with elements of one kind; nested ones, which do not tell theirs, are left out. */
    static void sameDtype(String op, Tensor... tensors) {
        DType first = null;
        for (Tensor tensor : tensors((Object) tensors)) {
            TensorInfo info = info(tensor);
            if (info != null && first != null && info.dtype() != first) {
                throw refused(op, "tensors of one dtype, " + first, tensor);
            }
            first = info == null || first != null ? first : info.dtype();
        }
    }

    /** Null for a nested tensor, which has neither sizes nor a dtype to tell. */
    static TensorInfo info(Tensor tensor) {
        try {
            return tensor.info();
        } catch (TorchException e) {
            return null;
        }
    }

    /** {@code oneDnnFloat32}, for a new tensor like {@code self} of another dtype, if {@code options} has one. */
    static void fillableLike(String op, Tensor self, TensorOptions options) {
        if (options != null && self != null && self.info().layout() == Layout.MKLDNN) {
            oneDnnFloat32(op, self, options.dtype());
        }
    }

    /** Results of batches of matrices, which are written as if one step led from each matrix to the next. */
    static void batches(String op, Tensor... results) {
        for (Tensor result : results) {
            if (result != null && result.dim() > 3 && result.numel() > 0) {
                TensorInfo info = result.info();
                if (info.strided() && !info.contiguous()) {
                    throw refused(op, "a contiguous tensor for a result of more than three dimensions", result);
                }
            }
        }
    }

    /** {@code unsafe}, when the caller asks libtorch not to check. */
    static void unsafeIf(String op, boolean unchecked) {
        if (unchecked) {
            unsafe(op);
        }
    }
}
