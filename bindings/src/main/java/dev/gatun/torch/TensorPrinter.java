package dev.gatun.torch;

import java.util.Locale;

/** Prints tensors in brackets, as PyTorch does: beyond 1,000 elements only the first and last three of a dimension. */
final class TensorPrinter {
    private static final int SUMMARISE_ABOVE = 1000;
    private static final int EDGE = 3;

    private final double[] values;
    private final DType dtype;
    private final long[] shape;
    private final boolean summarise;
    private final StringBuilder out = new StringBuilder("tensor(");

    private TensorPrinter(Tensor tensor) {
        TensorInfo info = tensor.info();
        this.dtype = info.dtype();
        this.shape = info.sizes();
        this.summarise = info.numel() > SUMMARISE_ABOVE;
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            this.values = tensor.detach().to(Device.CPU).to(DType.FLOAT64).toDoubleArray();
        }
    }

    static String print(Tensor tensor) {
        TensorInfo info = tensor.info();
        if (info.device().equals(Device.META) || info.dtype().isComplex()) {
            return "tensor(" + info.describe() + ")";
        }
        TensorPrinter printer = new TensorPrinter(tensor);
        printer.dimension(0, 0);
        if (info.numel() == 0) {
            printer.out.append(", size=").append(java.util.Arrays.toString(printer.shape));
        }
        if (info.dtype() != DType.FLOAT32 && info.dtype() != DType.INT64 && info.dtype() != DType.BOOL) {
            printer.out.append(", dtype=").append(info.dtype());
        }
        if (!info.device().equals(Device.CPU)) {
            printer.out.append(", device=").append(info.device());
        }
        return printer.out
                .append(info.requiresGrad() ? ", requires_grad=true)" : ")")
                .toString();
    }

    private void dimension(int dim, int start) {
        if (dim == shape.length) {
            out.append(format(values[start]));
            return;
        }
        int step = 1;
        for (int i = dim + 1; i < shape.length; i++) {
            step *= (int) shape[i];
        }
        int size = (int) shape[dim];
        out.append('[');
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                out.append(dim == shape.length - 1 ? ", " : ",\n" + " ".repeat(8 + dim));
            }
            if (summarise && size > 2 * EDGE && i == EDGE) {
                out.append("...");
                i = size - EDGE - 1;
                continue;
            }
            dimension(dim + 1, start + i * step);
        }
        out.append(']');
    }

    private String format(double value) {
        if (dtype == DType.BOOL) {
            return value == 0 ? "False" : "True";
        }
        if (!dtype.isFloatingPoint()) {
            return Long.toString((long) value);
        }
        double size = Math.abs(value);
        boolean plain = value == 0 || Double.isInfinite(size) || Double.isNaN(size) || size >= 1e-4 && size < 1e8;
        return String.format(Locale.ROOT, plain ? "%.4f" : "%.4e", value);
    }
}
