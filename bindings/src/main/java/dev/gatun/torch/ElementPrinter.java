package dev.gatun.torch;

import java.util.ArrayList;
import java.util.List;

/**
 * Lays the elements of a tensor out in brackets. Beyond 1,000 elements only the first and last three along each dimension
 * are shown, which are also all that is fetched.
 */
final class ElementPrinter {
    private static final int SUMMARISE_ABOVE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 80;

    private final long[] shape;
    private final boolean summarise;
    private final int indent;
    private final ElementFormat format;

    private ElementPrinter(Tensor tensor, int indent) {
        this.shape = tensor.shape();
        this.summarise = tensor.numel() > SUMMARISE_ABOVE;
        this.indent = indent;
        Tensor shown = tensor.detach();
        for (int dim = 0; dim < shape.length; dim++) {
            if (isCut(dim)) {
                Tensor tail = shown.narrow(dim, shape[dim] - EDGE, EDGE);
                shown = Torch.cat(new Tensor[] {shown.narrow(dim, 0, EDGE), tail}, dim);
            }
        }
        this.format = format(shown.to(Device.CPU));
    }

    /** The elements of a strided tensor that has some; lines after the first begin {@code indent} columns in. */
    static String print(Tensor tensor, int indent) {
        ElementPrinter printer = new ElementPrinter(tensor, indent);
        return printer.shape.length == 0 ? printer.format.apply(0) : printer.dimension(0, 0);
    }

    private static ElementFormat format(Tensor shown) {
        DType dtype = shown.dtype();
        if (dtype.isComplex()) {
            Tensor parts = shown.resolve_conj().to(DType.COMPLEX128).view_as_real();
            return ElementFormat.ofComplex(
                    parts.select(-1, 0).toDoubleArray(), parts.select(-1, 1).toDoubleArray());
        }
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
        String margin = " ".repeat(indent + dim + 1);
        if (innermost) {
            return "[" + String.join(",\n" + margin, lines(items, indent + dim)) + "]";
        }
        return "[" + String.join("," + "\n".repeat(shape.length - 1 - dim) + margin, items) + "]";
    }

    private List<String> lines(List<String> items, int column) {
        int perLine = Math.max(1, (LINE - column) / (format.width() + 2));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < items.size(); i += perLine) {
            lines.add(String.join(", ", items.subList(i, Math.min(items.size(), i + perLine))));
        }
        return lines;
    }
}
