package dev.gatun.apps.bench.t5;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one process measured of one row.
 *
 * @param millis the times of its iterations
 * @param turns the medians of its turns
 * @param cppMillis those of the C++ program, which took turns; empty where there is none
 * @param javaShare the part of the time that was spent in Java, 0 to 1; 0 for peers
 * @param peakBytes the most bytes that libtorch held at once during an iteration; 0 for peers
 * @param cppPeakBytes the same of the C++ program's iterations
 * @param residentBytes the most memory the process ever had
 * @param version of libtorch
 */
record T5Measurement(
        List<Double> millis,
        List<Double> turns,
        List<Double> cppMillis,
        double javaShare,
        long peakBytes,
        long cppPeakBytes,
        long residentBytes,
        String version) {

    /** The median of the quotients {@code others / ours} of what was measured one right after the other. */
    static double ratio(List<Double> others, List<Double> ours) {
        return median(IntStream.range(0, ours.size())
                .mapToObj(i -> others.get(i) / ours.get(i))
                .toList());
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
