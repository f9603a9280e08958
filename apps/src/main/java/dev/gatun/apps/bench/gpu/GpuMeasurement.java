package dev.gatun.apps.bench.gpu;

import java.util.List;

/**
 * What one process measured of one row.
 *
 * @param millis the times of its iterations, until the device was done
 * @param hostMillis the times until the calls had returned: where they are as long, the device waited for the program
 * @param peakBytes the most memory of the device that libtorch had in use; 0 where that is not known
 * @param version of libtorch
 * @param error why there is nothing, or null
 */
record GpuMeasurement(List<Double> millis, List<Double> hostMillis, long peakBytes, String version, String error) {
    static GpuMeasurement failed(String error) {
        return new GpuMeasurement(List.of(), List.of(), 0, "", error);
    }

    /** Of several processes as of one; those that failed count only if all did. */
    static GpuMeasurement together(List<GpuMeasurement> rounds) {
        List<GpuMeasurement> good =
                rounds.stream().filter(each -> each.error() == null).toList();
        if (good.isEmpty()) {
            return rounds.getFirst();
        }
        return new GpuMeasurement(
                good.stream().flatMap(each -> each.millis().stream()).toList(),
                good.stream().flatMap(each -> each.hostMillis().stream()).toList(),
                good.stream().mapToLong(GpuMeasurement::peakBytes).max().orElseThrow(),
                good.getFirst().version(),
                null);
    }

    double medianMillis() {
        return median(millis);
    }

    double medianHostMillis() {
        return median(hostMillis);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
