package dev.gatun.apps.fuzz;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Generator;
import dev.gatun.torch.Layout;
import dev.gatun.torch.MemoryFormat;
import dev.gatun.torch.Scalar;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.Arrays;
import java.util.List;

/**
 * Turns the text of a call into its arguments: {@code None}, {@code 3}, {@code 1.5}, {@code true}, {@code 'mean'},
 * {@code [1,2]}, {@code float32}, {@code =0} (the very object of argument 0), and tensors as {@link Tensors} reads
 * them; items of lists of tensors are set apart by bars.
 */
final class Values {
    private static final Generator GENERATOR = new Generator(0);

    private Values() {}

    static Object[] make(FuzzOp op, List<String> text) {
        Object[] values = new Object[text.size()];
        for (int i = 0; i < values.length; i++) {
            String item = text.get(i);
            values[i] = item.startsWith("=")
                    ? values[Integer.parseInt(item.substring(1))]
                    : make(item, op.parameters().get(i).type());
        }
        return values;
    }

    private static Object make(String text, Class<?> type) {
        if (text.equals("None")) {
            return null;
        }
        return switch (type.getSimpleName()) {
            case "Tensor" -> Tensors.make(text);
            case "Tensor[]" -> tensors(text);
            case "Scalar" -> scalar(text);
            case "Scalar[]" -> Arrays.stream(items(text)).map(Values::scalar).toArray(Scalar[]::new);
            case "long", "Long" -> Long.valueOf(text);
            case "long[]" ->
                Arrays.stream(items(text)).mapToLong(Long::parseLong).toArray();
            case "double", "Double" -> Double.valueOf(text);
            case "double[]" ->
                Arrays.stream(items(text)).mapToDouble(Double::parseDouble).toArray();
            case "boolean", "Boolean" -> Boolean.valueOf(text);
            case "boolean[]" -> booleans(items(text));
            case "String" -> text.substring(1, text.length() - 1);
            case "DType" -> dtype(text);
            case "Layout" -> Layout.valueOf(text);
            case "MemoryFormat" -> MemoryFormat.valueOf(text);
            case "Device" -> device(text);
            case "Generator" -> GENERATOR;
            case "TensorOptions" -> TensorOptions.of(dtype(text.split("/")[0]), device(text.split("/")[1]));
            default -> throw new IllegalArgumentException("no value of type " + type);
        };
    }

    private static String[] items(String text) {
        String inner = text.substring(1, text.length() - 1);
        return inner.isEmpty() ? new String[0] : inner.split(",");
    }

    private static Tensor[] tensors(String text) {
        String inner = text.substring(1, text.length() - 1);
        return inner.isEmpty()
                ? new Tensor[0]
                : Arrays.stream(inner.split("\\|"))
                        .map(item -> item.equals("None") ? null : Tensors.make(item))
                        .toArray(Tensor[]::new);
    }

    private static boolean[] booleans(String[] items) {
        boolean[] values = new boolean[items.length];
        for (int i = 0; i < items.length; i++) {
            values[i] = Boolean.parseBoolean(items[i]);
        }
        return values;
    }

    private static Scalar scalar(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Scalar.of(Boolean.parseBoolean(text));
        }
        return text.matches("-?\\d+") ? Scalar.of(Long.parseLong(text)) : Scalar.of(Double.parseDouble(text));
    }

    static DType dtype(String name) {
        return name.equals("-")
                ? null
                : Arrays.stream(DType.values())
                        .filter(dtype -> dtype.toString().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static Device device(String name) {
        return switch (name) {
            case "-" -> null;
            case "cpu" -> Device.CPU;
            case "meta" -> Device.META;
            default -> Device.cuda(Integer.parseInt(name.substring("cuda:".length())));
        };
    }
}
