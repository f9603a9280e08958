package dev.gatun.torch;

/** The element type of a tensor ({@code torch.dtype}, {@code c10::ScalarType}). */
public enum DType implements TensorOptions {
    UINT8(0, 1, "uint8"),
    INT8(1, 1, "int8"),
    INT16(2, 2, "int16"),
    INT32(3, 4, "int32"),
    INT64(4, 8, "int64"),
    FLOAT16(5, 2, "float16"),
    FLOAT32(6, 4, "float32"),
    FLOAT64(7, 8, "float64"),
    COMPLEX32(8, 4, "complex32"),
    COMPLEX64(9, 8, "complex64"),
    COMPLEX128(10, 16, "complex128"),
    BOOL(11, 1, "bool"),
    QINT8(12, 1, "qint8"),
    QUINT8(13, 1, "quint8"),
    QINT32(14, 4, "qint32"),
    BFLOAT16(15, 2, "bfloat16"),
    FLOAT8_E5M2(23, 1, "float8_e5m2"),
    FLOAT8_E4M3FN(24, 1, "float8_e4m3fn"),
    UINT16(27, 2, "uint16"),
    UINT32(28, 4, "uint32"),
    UINT64(29, 8, "uint64");

    private final int code;
    private final int byteSize;
    private final String torchName;

    DType(int code, int byteSize, String torchName) {
        this.code = code;
        this.byteSize = byteSize;
        this.torchName = torchName;
    }

    /** libtorch's number for this type. */
    public int code() {
        return code;
    }

    /** Bytes an element. */
    public int byteSize() {
        return byteSize;
    }

    /** True for real floating-point types ({@code torch.is_floating_point}). */
    public boolean isFloatingPoint() {
        return switch (this) {
            case FLOAT16, FLOAT32, FLOAT64, BFLOAT16, FLOAT8_E5M2, FLOAT8_E4M3FN -> true;
            default -> false;
        };
    }

    /** True for complex types ({@code torch.is_complex}). */
    public boolean isComplex() {
        return this == COMPLEX32 || this == COMPLEX64 || this == COMPLEX128;
    }

    /** True for the types whose elements need a scale and a zero point to mean anything. */
    public boolean isQuantized() {
        return this == QINT8 || this == QUINT8 || this == QINT32;
    }

    /** The type with libtorch's number {@code code}. Throws {@link IllegalArgumentException} for one Gatun does not know. */
    public static DType ofCode(long code) {
        for (DType dtype : values()) {
            if (dtype.code == code) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("libtorch's dtype number " + code + " has no DType");
    }

    @Override
    public DType dtype() {
        return this;
    }

    @Override
    public Device device() {
        return null;
    }

    /** PyTorch's name, for example {@code float32}. */
    @Override
    public String toString() {
        return torchName;
    }
}
