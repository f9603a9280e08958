package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The format's names of element types. */
final class SafeTensorsDType {
    private static final Map<String, DType> BY_NAME = new LinkedHashMap<>();
    private static final Map<DType, String> NAMES = new EnumMap<>(DType.class);

    static {
        put("BOOL", DType.BOOL);
        put("U8", DType.UINT8);
        put("I8", DType.INT8);
        put("U16", DType.UINT16);
        put("I16", DType.INT16);
        put("U32", DType.UINT32);
        put("I32", DType.INT32);
        put("U64", DType.UINT64);
        put("I64", DType.INT64);
        put("F8_E5M2", DType.FLOAT8_E5M2);
        put("F8_E4M3", DType.FLOAT8_E4M3FN);
        put("F16", DType.FLOAT16);
        put("BF16", DType.BFLOAT16);
        put("F32", DType.FLOAT32);
        put("F64", DType.FLOAT64);
        put("C64", DType.COMPLEX64);
    }

    private SafeTensorsDType() {}

    private static void put(String name, DType dtype) {
        BY_NAME.put(name, dtype);
        NAMES.put(dtype, name);
    }

    /** The type called {@code name}, or null. */
    static DType of(String name) {
        return BY_NAME.get(name);
    }

    /** The name of {@code dtype}, or null where the format has none. */
    static String name(DType dtype) {
        return NAMES.get(dtype);
    }

    static String known() {
        return String.join(", ", BY_NAME.keySet());
    }
}
