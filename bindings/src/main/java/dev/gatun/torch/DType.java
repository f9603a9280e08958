package dev.gatun.torch;

/**
 * Names the type of a tensor's elements ({@code torch.dtype}, {@code c10::ScalarType}). One alone serves as
 * {@link TensorOptions}.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="dtype"}
 *
 * <p>Java's arrays hold {@link #FLOAT32}, {@link #FLOAT64}, {@link #INT64}, {@link #INT32}, {@link #UINT8} and
 * {@link #BOOL}, and as nested arrays {@link #INT16}; {@code to} converts the others.
 */
public enum DType implements TensorOptions {
    /** Unsigned integers of 8 bits; Java's {@code byte[]}. */
    UINT8(0, 1, "uint8"),
    /** Integers of 8 bits. */
    INT8(1, 1, "int8"),
    /** Integers of 16 bits; Java's {@code short[]}. */
    INT16(2, 2, "int16"),
    /** Integers of 32 bits; Java's {@code int[]}. */
    INT32(3, 4, "int32"),
    /** Integers of 64 bits, and what indices are; Java's {@code long[]}. */
    INT64(4, 8, "int64"),
    /** IEEE half precision: 5 bits of exponent, 10 of fraction. */
    FLOAT16(5, 2, "float16"),
    /** IEEE single precision, the usual default; Java's {@code float[]}. */
    FLOAT32(6, 4, "float32"),
    /** IEEE double precision; Java's {@code double[]}. */
    FLOAT64(7, 8, "float64"),
    /** Two float16. */
    COMPLEX32(8, 4, "complex32"),
    /** Two float32. */
    COMPLEX64(9, 8, "complex64"),
    /** Two float64. */
    COMPLEX128(10, 16, "complex128"),
    /** Truth values, a byte each; Java's {@code boolean[]}. */
    BOOL(11, 1, "bool"),
    /** Quantized, int8 underneath. */
    QINT8(12, 1, "qint8"),
    /** Quantized, uint8 underneath. */
    QUINT8(13, 1, "quint8"),
    /** Quantized, int32 underneath. */
    QINT32(14, 4, "qint32"),
    /** The upper half of a float32: its 8 bits of exponent, 7 of fraction. */
    BFLOAT16(15, 2, "bfloat16"),
    /** 8 bits: 5 of exponent, 2 of fraction. */
    FLOAT8_E5M2(23, 1, "float8_e5m2"),
    /** 8 bits: 4 of exponent, 3 of fraction; no infinities. */
    FLOAT8_E4M3FN(24, 1, "float8_e4m3fn"),
    /** Unsigned integers of 16 bits; few ops take them. */
    UINT16(27, 2, "uint16"),
    /** Unsigned integers of 32 bits; few ops take them. */
    UINT32(28, 4, "uint32"),
    /** Unsigned integers of 64 bits; few ops take them. */
    UINT64(29, 8, "uint64");

    private final int code;
    private final int byteSize;
    private final String torchName;

    private static final int BCOMPLEX32 = 46;

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
        throw new IllegalArgumentException("libtorch's dtype number " + code + " has no DType"
                + (code == BCOMPLEX32 ? ": bcomplex32, which libtorch has from 2.14 on, is not supported" : ""));
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
