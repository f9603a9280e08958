package dev.gatun.torch;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * How PyTorch prints the elements of one tensor ({@code torch._tensor_str._Formatter}): all with the same number of
 * columns, real numbers all as {@code 1.}, all as {@code 1.2346} or all as {@code 1.2346e+00}.
 */
final class ElementFormat {
    private static final int PRECISION = 4;

    private final IntFunction<String> text;
    private int width = 1;
    private boolean padded = true;

    private ElementFormat(IntFunction<String> text) {
        this.text = text;
    }

    /** For integers and booleans. */
    static ElementFormat ofIntegers(long[] values, LongFunction<String> spelling) {
        ElementFormat format = new ElementFormat(i -> spelling.apply(values[i]));
        format.width = IntStream.range(0, values.length)
                .map(i -> format.text.apply(i).length())
                .max()
                .orElse(1);
        return format;
    }

    /** For real numbers. Only those that are neither 0 nor infinite nor NaN decide on the form and the width. */
    static ElementFormat ofReals(double[] values) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        boolean whole = true;
        for (double value : values) {
            if (value != 0 && Double.isFinite(value)) {
                least = Math.min(least, Math.abs(value));
                most = Math.max(most, Math.abs(value));
                whole &= value == Math.ceil(value);
            }
        }
        boolean scientific = most > 0 && (most / least > 1000 || most > 1e8 || !whole && least < 1e-4);
        boolean integral = whole;
        ElementFormat format = new ElementFormat(
                i -> scientific ? scientific(values[i]) : integral ? whole(values[i]) : decimal(values[i]));
        format.width = IntStream.range(0, values.length)
                .filter(i -> values[i] != 0 && Double.isFinite(values[i]))
                .map(i -> format.text.apply(i).length())
                .max()
                .orElse(1);
        return format;
    }

    /** For complex numbers: each part by its own rule, the imaginary one without padding. */
    static ElementFormat ofComplex(double[] real, double[] imaginary) {
        ElementFormat first = ofReals(real);
        ElementFormat second = ofReals(imaginary);
        ElementFormat format = new ElementFormat(i -> {
            String imaginaryPart = second.text.apply(i);
            return first.apply(i) + (imaginaryPart.startsWith("-") ? "" : "+") + imaginaryPart + "j";
        });
        format.width = first.width + second.width + 1;
        format.padded = false;
        return format;
    }

    /** Columns an element. */
    int width() {
        return width;
    }

    /** Element {@code i}, padded on the left. */
    String apply(int i) {
        String shown = text.apply(i);
        return padded ? " ".repeat(Math.max(0, width - shown.length())) + shown : shown;
    }

    private static String whole(double value) {
        return Double.isFinite(value) ? sign(value) + rounded(value, 0).toPlainString() + "." : special(value);
    }

    private static String decimal(double value) {
        return Double.isFinite(value) ? sign(value) + rounded(value, PRECISION).toPlainString() : special(value);
    }

    private static String scientific(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        BigDecimal exact =
                new BigDecimal(Math.abs(value)).round(new MathContext(PRECISION + 1, RoundingMode.HALF_EVEN));
        int exponent = value == 0 ? 0 : exact.precision() - exact.scale() - 1;
        BigDecimal mantissa = exact.movePointLeft(exponent).setScale(PRECISION);
        return sign(value)
                + mantissa.toPlainString()
                + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /** Rounded as C does, from the exact binary value: Java's own formatting starts from the shortest decimal. */
    private static BigDecimal rounded(double value, int digits) {
        return new BigDecimal(Math.abs(value)).setScale(digits, RoundingMode.HALF_EVEN);
    }

    private static String sign(double value) {
        return Math.copySign(1, value) < 0 ? "-" : "";
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    }
}
