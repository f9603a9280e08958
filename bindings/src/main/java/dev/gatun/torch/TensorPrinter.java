package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Prints tensors as PyTorch does ({@code torch._tensor_str}): the elements, then what is not to be seen from them.
 * Quantized tensors and sparse ones in another layout than COO are only described.
 */
final class TensorPrinter {
    private static final int LINE = 80;
    private static final String OPENING = "tensor(";

    private final Tensor tensor;
    private final TensorInfo info;
    private final Layout layout;
    private final List<String> suffixes = new ArrayList<>();

    private TensorPrinter(Tensor tensor) {
        this.tensor = tensor;
        this.info = tensor.info();
        this.layout = info.layout();
    }

    static String print(Tensor tensor) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return new TensorPrinter(tensor).print();
        }
    }

    private String print() {
        if (!info.device().equals(Device.CPU)) {
            suffixes.add("device='" + info.device() + "'");
        }
        String elements = layout == Layout.SPARSE_COO ? sparse() : isOpaque() ? opaque() : elements();
        if (layout != Layout.STRIDED) {
            String name = layout == Layout.MKLDNN ? "_mkldnn" : layout.name().toLowerCase(Locale.ROOT);
            suffixes.add("layout=torch." + name);
        }
        String function = gradFunction();
        if (function != null) {
            suffixes.add("grad_fn=<" + function + ">");
        } else if (info.requiresGrad()) {
            suffixes.add("requires_grad=True");
        }
        return withSuffixes(OPENING + elements, layout == Layout.SPARSE_COO);
    }

    /** Without elements to show, or with some that mean nothing by themselves. */
    private boolean isOpaque() {
        return info.device().equals(Device.META)
                || info.dtype().isQuantized()
                || layout != Layout.STRIDED && layout != Layout.MKLDNN;
    }

    private String opaque() {
        suffixes.add("size=" + size(info.sizes()));
        addDtype(info.dtype() == DType.FLOAT32);
        return "...";
    }

    private String elements() {
        if (info.numel() == 0) {
            if (info.dim() != 1) {
                suffixes.add("size=" + size(info.sizes()));
            }
            addDtype(info.dtype() == DType.FLOAT32);
            return "[]";
        }
        addDtype(isImplied());
        Tensor dense = layout == Layout.STRIDED ? tensor : tensor.to_dense();
        return ElementPrinter.print(dense, OPENING.length());
    }

    private String sparse() {
        suffixes.add("size=" + size(info.sizes()));
        suffixes.add("nnz=" + Aten._nnz(tensor));
        addDtype(isImplied());
        String indent = " ".repeat(OPENING.length());
        return part("indices", Aten._indices(tensor)) + ",\n" + indent + part("values", Aten._values(tensor));
    }

    private static String part(String name, Tensor part) {
        String opening = name + "=tensor(";
        boolean empty = part.numel() == 0;
        String elements = empty ? "[]" : ElementPrinter.print(part, OPENING.length() + opening.length());
        return opening + elements + (empty ? ", size=" + size(part.shape()) : "") + ")";
    }

    private boolean isImplied() {
        return switch (info.dtype()) {
            case FLOAT32, COMPLEX64, INT64, BOOL -> true;
            default -> false;
        };
    }

    private void addDtype(boolean implied) {
        if (!implied) {
            suffixes.add("dtype=torch." + info.dtype());
        }
    }

    private static String size(long[] shape) {
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        return "(" + sizes + (shape.length == 1 ? ",)" : ")");
    }

    /** The name of the op that the backward pass undoes to get behind this tensor, or null. */
    private String gradFunction() {
        if (!info.requiresGrad()) {
            return null;
        }
        Frame f = Frame.begin();
        f.tensor(0, tensor);
        f.check(CoreRaw.grad_fn_name(f.address()), "Tensor.gradFn");
        if (f.readInteger(0) == 0) {
            return null;
        }
        String name = f.readString(0);
        CoreRaw.free(f.address());
        return name.substring(name.lastIndexOf(':') + 1);
    }

    private String withSuffixes(String text, boolean onNewLine) {
        StringBuilder out = new StringBuilder(text);
        boolean newLine = onNewLine;
        int column = text.length() - text.lastIndexOf('\n') + 1;
        for (String suffix : suffixes) {
            if (newLine || column + suffix.length() + 2 > LINE) {
                out.append(",\n").append(" ".repeat(OPENING.length())).append(suffix);
                column = OPENING.length() + suffix.length();
                newLine = false;
            } else {
                out.append(", ").append(suffix);
                column += suffix.length() + 2;
            }
        }
        return out.append(')').toString();
    }
}
