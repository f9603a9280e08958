package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A linear axis from {@code low} to {@code high}, both of them multiples of {@code tick}. */
record Axis(double low, double high, double tick) {
    /** An axis that holds both ends, with about {@code ticks} ticks at round numbers. */
    static Axis of(double from, double to, int ticks) {
        double low = Math.min(from, to);
        double span = Math.abs(to - from);
        if (span <= Math.abs(low) * 1e-9 || span == 0) {
            span = low == 0 ? 1 : Math.abs(low);
            low -= low == 0 ? 0 : span / 2;
        }
        double rough = span / ticks;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double tick = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
        double first = Math.floor(low / tick + 1e-9) * tick;
        return new Axis(first, Math.ceil((low + span) / tick - 1e-9) * tick, tick);
    }

    /** The ticks. */
    List<Double> ticks() {
        List<Double> all = new ArrayList<>();
        for (long i = 0; i <= Math.round((high - low) / tick); i++) {
            double value = low + i * tick;
            all.add(Math.abs(value) < tick * 1e-9 ? 0.0 : value);
        }
        return all;
    }

    /** Where {@code value} lies between {@code begin} and {@code end}, which stand for both ends. */
    double at(double value, double begin, double end) {
        return begin + (value - low) / (high - low) * (end - begin);
    }

    /** A number with three or four digits that count. */
    static String label(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e6) {
            return String.format(Locale.ROOT, "%d", (long) value);
        }
        if (size >= 1e6 || size < 1e-3) {
            String[] parts = String.format(Locale.ROOT, "%.2e", value).split("e");
            return parts[0].replaceFirst("\\.?0+$", "") + "e" + Integer.parseInt(parts[1]);
        }
        int decimals = (int) Math.max(0, 3 - Math.floor(Math.log10(size)));
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
