package dev.gatun.torch;

/**
 * Holds a number as ops take it in Python ({@code c10::Scalar}): a double, an integer or a boolean. Which of the three it is
 * matters to type promotion, exactly as in PyTorch: an int64 tensor times {@code Scalar.of(2)} stays int64.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="scalar"}
 *
 * <p>Two are equal when both kind and value are: {@code Scalar.of(2)} is not {@code Scalar.of(2.0)}. One is a value of
 * Java's: there is nothing to free.
 */
public final class Scalar extends Number {
    private static final long serialVersionUID = 1L;
    private static final int CACHED = 128;
    private static final Scalar[] SMALL = new Scalar[2 * CACHED + 1];

    static final int TAG_DOUBLE = 0;
    static final int TAG_LONG = 1;
    static final int TAG_COMPLEX = 3;
    static final int TAG_BOOL = 4;

    /** {@code c10::Scalar}'s tag. */
    final int tag;
    /** The value's 64 bits. */
    final long bits;

    static {
        for (int i = 0; i < SMALL.length; i++) {
            SMALL[i] = new Scalar(TAG_LONG, i - CACHED);
        }
    }

    Scalar(int tag, long bits) {
        this.tag = tag;
        this.bits = bits;
    }

    /** A floating-point scalar. */
    public static Scalar of(double value) {
        return new Scalar(TAG_DOUBLE, Double.doubleToRawLongBits(value));
    }

    /** An integer scalar. */
    public static Scalar of(long value) {
        return -CACHED <= value && value <= CACHED ? SMALL[(int) value + CACHED] : new Scalar(TAG_LONG, value);
    }

    /** A boolean scalar. */
    public static Scalar of(boolean value) {
        return new Scalar(TAG_BOOL, value ? 1 : 0);
    }

    /** The value; 1 or 0 for a boolean. */
    @Override
    public double doubleValue() {
        return tag == TAG_DOUBLE ? Double.longBitsToDouble(bits) : bits;
    }

    /** The value, rounded towards zero; 1 or 0 for a boolean. */
    @Override
    public long longValue() {
        return tag == TAG_DOUBLE ? (long) Double.longBitsToDouble(bits) : bits;
    }

    @Override
    public float floatValue() {
        return (float) doubleValue();
    }

    @Override
    public int intValue() {
        return (int) longValue();
    }

    /** True for any value but 0. */
    public boolean booleanValue() {
        return doubleValue() != 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scalar s && s.tag == tag && s.bits == bits;
    }

    @Override
    public int hashCode() {
        return 31 * tag + Long.hashCode(bits);
    }

    @Override
    public String toString() {
        return switch (tag) {
            case TAG_DOUBLE -> Double.toString(doubleValue());
            case TAG_BOOL -> bits == 0 ? "False" : "True";
            default -> Long.toString(bits);
        };
    }
}
