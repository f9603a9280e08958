package dev.gatun.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prints tensors as PyTorch does ({@code torch._tensor_str}): beyond 1,000 elements only the first and last three along
 * each dimension, which are also all that is fetched. Where PyTorch names the {@code grad_fn}, this says
 * {@code requires_grad=True}.
 */
final class TensorPrinter {
    private static final int SUMMARISE_ABOVE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;
    private static final String OPENING = "tensor(";

    private final long[] shape;
    private final boolean summarise;
    private final ElementFormat format;

    private TensorPrinter(Tensor tensor, TensorInfo info) {
        this.shape = info.sizes();
        this.summarise = info.numel() > SUMMARISE_ABOVE;
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor shown = tensor.detach();
            for (int dim = 0; dim < shape.length; dim++) {
                if (isCut(dim)) {
                    Tensor tail = shown.narrow(dim, shape[dim] - EDGE, EDGE);
                    shown = Torch.cat(new Tensor[] {shown.narrow(dim, 0, EDGE), tail}, dim);
                }
            }
            this.format = format(shown.to(Device.CPU), info.dtype());
        }
    }

    private static ElementFormat format(Tensor shown, DType dtype) {
        if (dtype.isFloatingPoint()) {
            return ElementFormat.ofReals(shown.to(DType.FLOAT64).toDoubleArray());
        }
        long[] values = shown.to(DType.INT64).toLongArray();
        return switch (dtype) {
            case BOOL -> ElementFormat.ofIntegers(values, value -> value == 0 ? "False" : "True");
            case UINT64 -> ElementFormat.ofIntegers(values, Long::toUnsignedString);
            default -> ElementFormat.ofIntegers(values, Long::toString);
        };
    }

    private boolean isCut(int dim) {
        return summarise && shape[dim] > 2 * EDGE;
    }

    static String print(Tensor tensor) {
        TensorInfo info = tensor.info();
        DType dtype = info.dtype();
        // What has no elements to show, or none that a Java number can hold.
        boolean opaque =
                info.device().equals(Device.META) || !info.strided() || dtype.isComplex() || dtype.isQuantized();
        List<String> suffixes = new ArrayList<>();
        if (!info.device().equals(Device.CPU)) {
            suffixes.add("device='" + info.device() + "'");
        }
        if (opaque || info.numel() == 0 && info.dim() != 1) {
            suffixes.add("size=" + size(info.sizes()));
        }
        boolean implied = dtype == DType.FLOAT32 || info.numel() > 0 && (dtype == DType.INT64 || dtype == DType.BOOL);
        if (!implied) {
            suffixes.add("dtype=torch." + dtype);
        }
        if (info.requiresGrad()) {
            suffixes.add("requires_grad=True");
        }
        String body = opaque ? "..." : info.numel() == 0 ? "[]" : new TensorPrinter(tensor, info).body();
        return withSuffixes(OPENING + body, suffixes);
    }

    private static String size(long[] shape) {
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        return "(" + sizes + (shape.length == 1 ? ",)" : ")");
    }

    private static String withSuffixes(String text, List<String> suffixes) {
        StringBuilder out = new StringBuilder(text);
        int column = text.length() - text.lastIndexOf('\n') + 1;
        for (String suffix : suffixes) {
            if (column + suffix.length() + 2 > LINE) {
                out.append(",\n").append(" ".repeat(OPENING.length())).append(suffix);
                column = OPENING.length() + suffix.length();
            } else {
                out.append(", ").append(suffix);
                column += suffix.length() + 2;
            }
        }
        return out.append(')').toString();
    }

    private String body() {
        return shape.length == 0 ? format.apply(0) : dimension(0, 0);
    }

    /** How many of dimension {@code dim} were fetched. */
    private int shown(int dim) {
        return isCut(dim) ? 2 * EDGE : (int) shape[dim];
    }

    /** The elements of dimension {@code dim} from element {@code start} on, in brackets. */
    private String dimension(int dim, int start) {
        boolean innermost = dim == shape.length - 1;
        int step = 1;
        for (int inner = dim + 1; inner < shape.length; inner++) {
            step *= shown(inner);
        }
        List<String> items = new ArrayList<>();
        for (int i = 0; i < shown(dim); i++) {
            if (isCut(dim) && i == EDGE) {
                items.add(innermost ? " ..." : "...");
            }
            items.add(innermost ? format.apply(start + i) : dimension(dim + 1, start + i * step));
        }
        String indent = " ".repeat(OPENING.length() + dim + 1);
        if (innermost) {
            return "[" + String.join(",\n" + indent, lines(items, OPENING.length() + dim)) + "]";
        }
        return "[" + String.join("," + "\n".repeat(shape.length - 1 - dim) + indent, items) + "]";
    }

    private List<String> lines(List<String> items, int indent) {
        int perLine = Math.max(1, (LINE - indent) / (format.width() + 2));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < items.size(); i += perLine) {
            lines.add(String.join(", ", items.subList(i, Math.min(items.size(), i + perLine))));
        }
        return lines;
    }
}
