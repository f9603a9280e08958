package dev.gatun.torch;

import static dev.gatun.torch.Guards.plain;
import static dev.gatun.torch.Guards.refused;

import java.util.Arrays;

/** The {@link Guards} of numbers and sizes. */
final class NumberGuards {
    private static final double MAX_DEGREE = 10_000;
    private static final long MAX_START = 1L << 62;
    private static final long MAX_LOOP = 1L << 24;
    private static final double LEAST_SCALE = 1e-6;

    private NumberGuards() {}

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

    /** A list of exactly {@code count} integers. */
    static void count(String op, int count, long[] values) {
        if (values != null && values.length != count) {
            throw refused(op, "a list of " + count + " integers", "one of " + values.length);
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
                between(op, -MAX_LOOP, MAX_LOOP, step);
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

    /** The part of a spectrum that a real result of {@code size} needs. */
    static void half(String op, Tensor self, long[] dim, long size) {
        if (self != null && dim != null) {
            between(op, 1, 2 * self.size((int) dim[dim.length - 1]) - 1, size);
        }
    }

    /** Factors whose inverse is still a number of pixels; those that are not positive count as not given. */
    static void scales(String op, Double... scales) {
        for (Double scale : scales) {
            if (scale != null && scale > 0 && (scale < LEAST_SCALE || scale > 1 / LEAST_SCALE)) {
                throw refused(op, "a scale from " + LEAST_SCALE + " to " + 1 / LEAST_SCALE, scale);
            }
        }
    }

    static void scales(String op, double[] scales) {
        if (scales != null) {
            scales(op, Arrays.stream(scales).boxed().toArray(Double[]::new));
        }
    }

    /** Scales that lead from the last place of the output to one of the input; with aligned corners none is used. */
    static void scaled(String op, Tensor self, long[] output, boolean aligned, Double scaleH, Double scaleW) {
        if (self != null) {
            scaled(op, output, self.shape(), aligned, scaleH, scaleW);
        }
    }

    static void scaled(String op, long[] output, long[] input, boolean aligned, Double scaleH, Double scaleW) {
        Double[] scales = {scaleH, scaleW};
        if (aligned || output == null || input == null || output.length != 2 || input.length != 4) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (scales[i] != null && scales[i] > 0 && (output[i] - 0.5) / scales[i] >= input[i + 2]) {
                throw refused(op, "a scale that makes " + output[i] + " of " + input[i + 2], scales[i]);
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

    /** Where random numbers start: the range is widened from there until it overflows. */
    static void start(String op, long from) {
        between(op, -MAX_START, MAX_START, from);
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

    /** A share of something. */
    static void ratio(String op, double ratio) {
        if (!(ratio >= 0 && ratio <= 1)) {
            throw refused(op, "a number from 0 to 1", ratio);
        }
    }

    /** Sizes of at least 1 whose product is a number, too. */
    static void sizes(String op, long[] size) {
        double product = 1;
        for (long each : size == null ? new long[0] : size) {
            between(op, 1, Long.MAX_VALUE, each);
            product *= each;
        }
        if (product > Long.MAX_VALUE) {
            throw refused(op, "sizes whose product a long can hold", Arrays.toString(size));
        }
    }

    /** Matrices without elements, of which a batch can have any number. */
    static void matrices(String op, Tensor batch) {
        if (batch != null && batch.dim() > 2 && batch.numel() == 0) {
            double count = 1;
            for (int i = 0; i < batch.dim() - 2; i++) {
                count *= batch.size(i);
            }
            if (count > MAX_LOOP) {
                throw refused(op, "at most " + MAX_LOOP + " matrices without elements", batch);
            }
        }
    }
}
