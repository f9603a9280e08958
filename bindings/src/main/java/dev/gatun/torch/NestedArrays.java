package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Java arrays of arrays of primitives, of any depth, to tensors and back. */
final class NestedArrays {
    private static final Map<Class<?>, DType> TYPES = Map.of(
            boolean.class, DType.BOOL,
            byte.class, DType.UINT8,
            short.class, DType.INT16,
            int.class, DType.INT32,
            long.class, DType.INT64,
            float.class, DType.FLOAT32,
            double.class, DType.FLOAT64);

    private NestedArrays() {}

    static Tensor toTensor(Object array) {
        DType dtype = TYPES.get(elementType(NullArgument.refuse(array, "array").getClass()));
        if (dtype == null || !array.getClass().isArray()) {
            throw new IllegalArgumentException(
                    "a tensor is made of an array of boolean, byte, short, int, long, float or"
                            + " double, or of arrays of them, not of "
                            + array.getClass().getTypeName());
        }
        List<Object> rows = new ArrayList<>();
        long[] shape = shape(array);
        collect(array, shape, 0, "", rows);
        Tensor tensor = Torch.empty(shape, dtype);
        MemorySegment target = tensor.info().bytes();
        long at = 0;
        for (Object row : rows) {
            MemorySegment source = memory(row);
            target.asSlice(at, source.byteSize()).copyFrom(source);
            at += source.byteSize();
        }
        return tensor;
    }

    static <T> T fromTensor(Tensor tensor, Class<T> type) {
        TensorInfo info = tensor.info();
        Class<?> element = elementType(NullArgument.refuse(type, "type"));
        DType dtype = TYPES.get(element);
        boolean fits = dtype == info.dtype() || element == byte.class && info.dtype() == DType.INT8;
        if (!fits || depth(type) != info.dim() || info.dim() == 0) {
            throw new IllegalArgumentException(
                    "a " + info.describe() + " tensor cannot become a " + type.getTypeName() + advice(info));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(info.numel() * info.dtype().byteSize());
            tensor.copyTo(source);
            return type.cast(build(element, info.sizes(), 0, new Reader(source)));
        }
    }

    private static String advice(TensorInfo info) {
        String element = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == info.dtype())
                .map(entry -> entry.getKey().getName())
                .findFirst()
                .orElse(null);
        return info.dim() == 0
                ? ": it has no dimensions, item() is its value"
                : element == null
                        ? ": convert it first, for example with to(DType.FLOAT32)"
                        : ", only a " + element + "[]".repeat(info.dim());
    }

    private static Class<?> elementType(Class<?> type) {
        return type.isArray() ? elementType(type.getComponentType()) : type;
    }

    private static int depth(Class<?> type) {
        return type.isArray() ? 1 + depth(type.getComponentType()) : 0;
    }

    /** The lengths along the first element of each array; 0 below an empty one. */
    private static long[] shape(Object array) {
        long[] shape = new long[depth(array.getClass())];
        Object inner = array;
        for (int dim = 0; dim < shape.length && inner != null; dim++) {
            shape[dim] = Array.getLength(inner);
            inner = shape[dim] > 0 && dim < shape.length - 1 ? Array.get(inner, 0) : null;
        }
        return shape;
    }

    /** Gathers the innermost arrays in order; {@code path} says where {@code array} is. */
    private static void collect(Object array, long[] shape, int dim, String path, List<Object> rows) {
        if (array == null) {
            throw new IllegalArgumentException("the array has null at " + path);
        }
        int length = Array.getLength(array);
        if (length != shape[dim]) {
            throw new IllegalArgumentException("the array is ragged: " + path + " has length " + length + ", but "
                    + "[0]".repeat(dim) + " has length " + shape[dim]);
        }
        if (dim == shape.length - 1) {
            rows.add(array);
            return;
        }
        for (int i = 0; i < length; i++) {
            collect(Array.get(array, i), shape, dim + 1, path + "[" + i + "]", rows);
        }
    }

    private static MemorySegment memory(Object row) {
        return switch (row) {
            case float[] values -> MemorySegment.ofArray(values);
            case double[] values -> MemorySegment.ofArray(values);
            case long[] values -> MemorySegment.ofArray(values);
            case int[] values -> MemorySegment.ofArray(values);
            case short[] values -> MemorySegment.ofArray(values);
            case byte[] values -> MemorySegment.ofArray(values);
            case boolean[] values -> MemorySegment.ofArray(TensorData.bytes(values));
            default -> throw new IllegalStateException("no row of primitives: " + row.getClass());
        };
    }

    private static Object build(Class<?> element, long[] shape, int dim, Reader reader) {
        int length = Math.toIntExact(shape[dim]);
        if (dim == shape.length - 1) {
            Object row = Array.newInstance(element, length);
            reader.read(row);
            return row;
        }
        Object array = Array.newInstance(nested(element, shape.length - dim - 1), length);
        for (int i = 0; i < length; i++) {
            Array.set(array, i, build(element, shape, dim + 1, reader));
        }
        return array;
    }

    private static Class<?> nested(Class<?> element, int depth) {
        return depth == 0 ? element : nested(element.arrayType(), depth - 1);
    }

    /** Hands out the elements row by row. */
    private static final class Reader {
        private final MemorySegment source;
        private long at;

        Reader(MemorySegment source) {
            this.source = source;
        }

        void read(Object row) {
            if (row instanceof boolean[] values) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = source.get(ValueLayout.JAVA_BYTE, at++) != 0;
                }
            } else {
                MemorySegment target = memory(row);
                target.copyFrom(source.asSlice(at, target.byteSize()));
                at += target.byteSize();
            }
        }
    }
}
