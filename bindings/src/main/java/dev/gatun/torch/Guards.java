package dev.gatun.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Refuses, before libtorch sees them, arguments for which libtorch itself would end the process or never return. The
 * generated methods of the ops that {@code guards.txt} lists, with the reasons, call these; no other op pays for them.
 * Each is given the op's name first and throws {@link IllegalArgumentException}.
 */
final class Guards {
    /** Allows the ops that no check makes safe. */
    static final String UNSAFE = "dev.gatun.torch.unsafe";

    private static final double MAX_DEGREE = 10_000;
    private static final long MAX_START = 1L << 62;
    private static final long MAX_LOOP = 1L << 24;
    private static final double LEAST_SCALE = 1e-6;
    private static final long MAX_STEP = Integer.MAX_VALUE;

    private Guards() {}

    static IllegalArgumentException refused(String op, String expected, Object came) {
        return new IllegalArgumentException(
                op + ": expected " + expected + ", got " + (came instanceof Tensor tensor ? tensor.describe() : came));
    }

    /** The tensors among {@code arguments} and in lists there; nulls are left out. */
    private static List<Tensor> tensors(Object... arguments) {
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

    /** Truncating division of the least integer by -1 overflows, which the processor treats as a division by 0. */
    static void division(String op, Tensor self, Object other, String mode) {
        if (self == null || other == null || !"trunc".equals(mode)) {
            return;
        }
        DType dtype = other instanceof Tensor tensor
                ? Torch.result_type(self, tensor)
                : Torch.result_type(self, (Scalar) other);
        if (dtype != DType.INT64 && dtype != DType.INT32) {
            return;
        }
        long least = dtype == DType.INT64 ? Long.MIN_VALUE : Integer.MIN_VALUE;
        try (Scope _ = Scope.open()) {
            Tensor overflow = self.eq(Scalar.of(least));
            overflow = other instanceof Tensor tensor
                    ? overflow.logical_and(tensor.eq(Scalar.of(-1)))
                    : overflow.logical_and(Tensor.of(new boolean[] {((Scalar) other).longValue() == -1}));
            if (overflow.any().item().booleanValue()) {
                throw refused(op, "a quotient that " + dtype + " can hold", least + " / -1");
            }
        }
    }

    /** Recurrences take as many steps as the degree says. */
    static void degree(String op, Object n) {
        double degree = switch (n) {
            case Scalar scalar -> scalar.doubleValue();
            case Tensor tensor
            when tensor.numel() > 0
                    && tensor.device().type() == Device.Type.CPU
                    && !tensor.dtype().isComplex()
                    && !tensor.dtype().isQuantized()
                    && tensor.info().strided() -> {
                try (Scope _ = Scope.open()) {
                    yield tensor.to(DType.FLOAT64).max().item().doubleValue();
                }
            }
            case null, default -> 0;
        };
        if (degree > MAX_DEGREE) {
            throw refused(op, "a degree of at most " + (long) MAX_DEGREE, degree);
        }
    }

    /** Statistics and weights have one element a channel, which is dimension 1 of {@code input}. */
    static void channels(String op, Tensor input, Tensor... each) {
        plain(op, input, each);
        if (input == null) {
            return;
        }
        if (input.dim() < 2) {
            throw refused(op, "an input with a batch and a channel dimension", input);
        }
        for (Tensor tensor : each) {
            if (tensor != null && (tensor.dim() != 1 || tensor.numel() != input.size(1))) {
                throw refused(op, "one element for each of the " + input.size(1) + " channels", tensor);
            }
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

    /** Lists that a fused optimizer walks side by side: tensors of the same place are alike and of one size. */
    static void optimizer(String op, Tensor[]... lists) {
        sameLength(op, lists);
        for (int i = 0; lists[0] != null && i < lists[0].length; i++) {
            for (Tensor[] list : lists) {
                if (list != null) {
                    alike(op, lists[0][i], list[i]);
                    sameShape(op, lists[0][i], list[i]);
                }
            }
        }
    }

    /** One number of steps for each parameter. */
    static void steps(String op, Tensor[] self, Tensor[] steps) {
        sameLength(op, self, steps);
        for (Tensor step : tensors((Object) steps)) {
            plain(op, step);
            if (step.numel() != 1 || step.dtype() != DType.FLOAT32) {
                throw refused(op, "a float32 tensor of one element for a number of steps", step);
            }
        }
    }

    /** A list that may be empty when {@code needed} is not true or 0. */
    static void optimizerIf(String op, Object needed, Tensor[] self, Tensor[] list) {
        boolean isNeeded = needed instanceof Boolean b ? b : ((Double) needed) != 0;
        if (isNeeded || list != null && list.length > 0) {
            optimizer(op, self, list);
        }
    }

    /** Indices from 0 to below {@code limit}. */
    static void indices(String op, Tensor indices, long limit) {
        if (indices == null) {
            return;
        }
        plain(op, indices);
        if (indices.dtype() != DType.INT64 && indices.dtype() != DType.INT32) {
            throw refused(op, "int64 or int32 indices", indices);
        }
        if (indices.device().type() == Device.Type.CPU && indices.numel() > 0) {
            try (Scope _ = Scope.open()) {
                long least = indices.min().item().longValue();
                long greatest = indices.max().item().longValue();
                if (least < 0 || greatest >= limit) {
                    throw refused(op, "indices from 0 to " + (limit - 1), least + " to " + greatest);
                }
            }
        }
    }

    /** Numbers that do not decrease, from 0 to at most {@code limit}. */
    static void offsets(String op, Tensor offsets, long limit) {
        indices(op, offsets, limit == Long.MAX_VALUE ? limit : limit + 1);
        if (offsets != null && offsets.dim() != 1) {
            throw refused(op, "offsets of one dimension", offsets);
        }
        if (offsets != null && offsets.device().type() == Device.Type.CPU && offsets.numel() > 1) {
            try (Scope _ = Scope.open()) {
                if (offsets.diff().lt(0).any().item().booleanValue()) {
                    throw refused(op, "offsets that do not decrease", offsets.toString());
                }
            }
        }
    }

    /** Bags of indices into the rows of {@code weight}. */
    static void bags(String op, Tensor weight, Tensor indices, Tensor offsets) {
        plain(op, weight, indices, offsets);
        if (weight == null || indices == null || offsets == null) {
            return;
        }
        if (weight.dim() != 2) {
            throw refused(op, "a weight of two dimensions", weight);
        }
        if (indices.dim() != 1) {
            throw refused(op, "indices of one dimension", indices);
        }
        indices(op, indices, weight.size(0));
        offsets(op, offsets, indices.numel());
    }

    /** The matrices of a recurrent cell have {@code gates} rows for each element of the state. */
    static void cell(String op, Object hx, Tensor... weights) {
        List<Tensor> states = tensors(hx);
        plain(op, states.toArray(Tensor[]::new), weights);
        int gates = op.contains("lstm") ? 4 : op.contains("gru") ? 3 : 1;
        for (Tensor state : states) {
            if (state.dim() < 1) {
                throw refused(op, "a hidden state with dimensions", state);
            }
        }
        for (Tensor weight : tensors((Object) weights)) {
            if (weight.dim() < 1 || weight.dim() > 2 || weight.size(0) % gates != 0 || weight.size(0) == 0) {
                throw refused(op, "weights with " + gates + " rows for each element of the hidden state", weight);
            }
        }
    }

    /** How many sequences of a packed batch go on at each step: positive, not increasing, as many as there are rows. */
    static void packed(String op, Tensor data, Tensor sizes) {
        plain(op, data);
        if (data == null || sizes == null) {
            return;
        }
        indices(op, sizes, Long.MAX_VALUE);
        if (sizes.dim() != 1 || sizes.numel() == 0 || sizes.dtype() != DType.INT64 || data.dim() < 1) {
            throw refused(op, "int64 batch sizes of one dimension, and data with one", sizes);
        }
        try (Scope _ = Scope.open()) {
            if (sizes.sum().item().longValue() != data.size(0)
                    || sizes.min().item().longValue() < 1
                    || sizes.numel() > 1 && sizes.diff().gt(0).any().item().booleanValue()) {
                throw refused(op, "batch sizes that do not increase and add up to " + data.size(0), sizes.toString());
            }
        }
    }

    /** A list of exactly {@code count} integers. */
    static void count(String op, int count, long[] values) {
        if (values != null && values.length != count) {
            throw refused(op, "a list of " + count + " integers", "one of " + values.length);
        }
    }

    static void notEmpty(String op, Tensor[] tensors) {
        if (tensors != null && tensors.length == 0) {
            throw refused(op, "at least one tensor", "none");
        }
    }

    static void between(String op, long least, long greatest, long value) {
        if (value < least || value > greatest) {
            throw refused(op, "a number from " + least + " to " + greatest, value);
        }
    }

    /** Different dimensions that {@code self} has, counted from the front. */
    static void dims(String op, Tensor self, long[] dims) {
        plain(op, self);
        if (self != null && dims != null) {
            for (long dim : dims) {
                between(op, 0, self.dim() - 1L, dim);
            }
            if (dims.length == 0 || Arrays.stream(dims).distinct().count() < dims.length) {
                throw refused(op, "at least one dimension, none twice", Arrays.toString(dims));
            }
        }
    }

    /** Sizes of a window's steps: large ones overflow where libtorch multiplies them. */
    static void windows(String op, Object... lists) {
        for (Object list : lists) {
            for (long step : list instanceof long[] steps ? steps : new long[0]) {
                between(op, -MAX_STEP, MAX_STEP, step);
            }
        }
    }

    /** Without training, a normalization takes the running statistics. */
    static void statistics(String op, boolean training, Tensor... statistics) {
        if (!training && (statistics.length < 2 || statistics[0] == null || statistics[1] == null)) {
            throw refused(op, "running statistics, or training", "neither");
        }
    }

    static void present(String op, Tensor... needed) {
        for (Tensor tensor : needed) {
            if (tensor == null) {
                throw refused(op, "a tensor for each argument", "null");
            }
        }
    }

    /** A search that a NaN or an infinity never ends. */
    static void finite(String op, Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor == null || tensor.device().type() != Device.Type.CPU) {
                continue;
            }
            try (Scope _ = Scope.open()) {
                if (!tensor.to_dense().isfinite().all().item().booleanValue()) {
                    throw refused(op, "finite numbers", tensor.toString());
                }
            }
        }
    }

    /** Results that lie in other memory than what is read. */
    static void distinct(String op, Tensor... tensors) {
        for (int i = 0; i < tensors.length; i++) {
            for (int j = 0; j < i; j++) {
                if (tensors[i] != null && tensors[i] == tensors[j]) {
                    throw refused(op, "different tensors to read and to write", "one for both");
                }
            }
        }
    }

    /** A oneDNN tensor of any dtype is filled as if it were float32. */
    static void fillable(String op, Object... filled) {
        for (Tensor tensor : tensors(filled)) {
            TensorInfo info = tensor.info();
            if (info.layout() == Layout.MKLDNN && info.dtype() != DType.FLOAT32) {
                throw refused(op, "a float32 tensor, as its layout is oneDNN's", tensor);
            }
        }
    }

    /** No more elements than {@code input} has. */
    static void elements(String op, Tensor input, long numel) {
        plain(op, input);
        if (input != null) {
            between(op, 1, input.numel(), numel);
        }
    }

    /** The least integer has no absolute value to count down from. */
    static void power(String op, long n) {
        between(op, -Long.MAX_VALUE, Long.MAX_VALUE, n);
    }

    /** Classes that {@code logProbabilities}, times, batch and classes, has. */
    static void targets(String op, Tensor logProbabilities, Tensor targets) {
        if (logProbabilities != null && logProbabilities.dim() > 0) {
            indices(op, targets, logProbabilities.size(-1));
        }
    }

    /** Rows, counted from 1 (from -1 down for two-by-two blocks), that the factors have. */
    static void pivots(String op, Tensor factors, Tensor pivots) {
        if (factors != null && factors.dim() > 1 && pivots != null && pivots.dtype() == DType.INT32) {
            try (Scope _ = Scope.open()) {
                Tensor rows = pivots.to(DType.INT64).abs().sub(Scalar.of(1));
                indices(op, rows, factors.size(-1));
            }
        }
    }

    /** The part of a spectrum that a real result of {@code size} needs. */
    static void half(String op, Tensor self, long[] dim, long size) {
        if (self != null && dim != null) {
            between(op, 1, 2 * self.size((int) dim[dim.length - 1]), size);
        }
    }

    /** Factors whose inverse is still a number of pixels. */
    static void scales(String op, Double... scales) {
        for (Double scale : scales) {
            if (scale != null && !(scale >= LEAST_SCALE && scale <= 1 / LEAST_SCALE)) {
                throw refused(op, "a scale from " + LEAST_SCALE + " to " + 1 / LEAST_SCALE, scale);
            }
        }
    }

    /** Sizes and steps that a loop walks even where there is nothing to compute. */
    static void loops(String op, long[]... lists) {
        for (long[] list : lists) {
            for (long size : list == null ? new long[0] : list) {
                between(op, -MAX_LOOP, MAX_LOOP, size);
            }
        }
    }

    /** One norm for each slice of {@code v} along its first or last dimension. */
    static void norms(String op, Tensor v, Tensor g, long dim) {
        plain(op, v, g);
        if (v == null || g == null) {
            return;
        }
        if (v.dim() == 0 || v.numel() == 0 || dim != 0 && dim != v.dim() - 1) {
            throw refused(op, "a tensor with elements, and its first or last dimension", v);
        }
        if (g.numel() != v.size((int) dim)) {
            throw refused(op, v.size((int) dim) + " norms", g);
        }
    }

    /** Where random numbers start: the range is widened from there until it overflows. */
    static void start(String op, long from) {
        between(op, -MAX_START, MAX_START, from);
    }

    static void some(String op, Tensor self) {
        if (self != null && self.numel() == 0) {
            throw refused(op, "a tensor with elements", self);
        }
    }

    /** {@code fillable}, for a new tensor like {@code self} of another dtype, if {@code options} has one. */
    static void fillableLike(String op, Tensor self, TensorOptions options) {
        if (self != null && self.info().layout() == Layout.MKLDNN) {
            DType dtype = options == null || options.dtype() == null ? self.dtype() : options.dtype();
            if (dtype != DType.FLOAT32) {
                throw refused(op, "float32, as the layout is oneDNN's", dtype);
            }
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

    /** A step that integers have no place for becomes 0, which the range is divided by. */
    static void step(String op, Scalar step, Object result) {
        DType dtype = result instanceof Tensor tensor
                ? tensor.dtype()
                : result instanceof TensorOptions options ? options.dtype() : null;
        boolean whole = dtype != null && !dtype.isFloatingPoint() && !dtype.isComplex();
        if (whole && step != null && Math.abs(step.doubleValue()) < 1) {
            throw refused(op, "a step of at least 1, or at most -1, for " + dtype, step.doubleValue());
        }
    }

    /** {@code unsafe}, when the caller asks libtorch not to check. */
    static void unsafeIf(String op, boolean unchecked) {
        if (unchecked) {
            unsafe(op);
        }
    }

    /** A share of something. */
    static void ratio(String op, double ratio) {
        if (!(ratio >= 0 && ratio <= 1)) {
            throw refused(op, "a number from 0 to 1", ratio);
        }
    }

    static void notZero(String op, long[] size) {
        if (size != null && Arrays.stream(size).anyMatch(s -> s == 0)) {
            throw refused(op, "sizes other than 0", Arrays.toString(size));
        }
    }
}
