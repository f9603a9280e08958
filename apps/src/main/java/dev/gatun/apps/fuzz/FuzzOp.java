package dev.gatun.apps.fuzz;

import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Generator;
import dev.gatun.torch.Layout;
import dev.gatun.torch.MemoryFormat;
import dev.gatun.torch.Scalar;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An op and the Java method that calls it with every argument. */
record FuzzOp(String name, Method method, boolean isInstance, List<Parameter> parameters) {
    /**
     * One argument.
     *
     * @param schema its type in the op's schema, for example {@code int[2]}
     * @param written whether the op writes to it
     */
    record Parameter(String schema, boolean written, String name, Class<?> type) {
        boolean isTensor() {
            return type == Tensor.class;
        }
    }

    private static final Map<String, Class<?>> HOMES =
            Map.of("TensorMethods", Tensor.class, "TorchFunctions", Torch.class, "Aten", Aten.class);

    private static final List<Class<?>> TYPES = List.of(
            Tensor.class,
            Tensor[].class,
            Scalar.class,
            Scalar[].class,
            long.class,
            Long.class,
            long[].class,
            double.class,
            Double.class,
            double[].class,
            boolean.class,
            Boolean.class,
            boolean[].class,
            String.class,
            DType.class,
            Layout.class,
            MemoryFormat.class,
            Device.class,
            Generator.class,
            TensorOptions.class);

    /** All ops, in the order of the generated table. */
    static List<FuzzOp> all() {
        return Resources.lines("ops.txt").stream().map(FuzzOp::parse).toList();
    }

    private static FuzzOp parse(String line) {
        String[] columns = line.split("\t");
        Class<?> home = HOMES.get(columns[1]);
        List<Parameter> parameters = new ArrayList<>();
        for (String column : Arrays.asList(columns).subList(3, columns.length)) {
            String[] words = column.split(" ");
            boolean written = words[0].endsWith("!");
            parameters.add(new Parameter(
                    written ? words[0].substring(0, words[0].length() - 1) : words[0],
                    written,
                    words[1],
                    TYPES.stream()
                            .filter(type -> type.getSimpleName().equals(words[2]))
                            .findFirst()
                            .orElseThrow()));
        }
        boolean isInstance = home == Tensor.class;
        Class<?>[] types = parameters.stream()
                .skip(isInstance ? 1 : 0)
                .map(Parameter::type)
                .toArray(Class<?>[]::new);
        try {
            return new FuzzOp(columns[0], home.getMethod(columns[2], types), isInstance, parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("the generated table does not fit the generated methods", e);
        }
    }

    /** Makes the call, and throws what it throws. */
    Object call(Object[] arguments) throws Throwable {
        try {
            return isInstance
                    ? method.invoke(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length))
                    : method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
