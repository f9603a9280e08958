package dev.gatun.apps.bench.load;

import java.util.List;

/**
 * What one process measured.
 *
 * @param loadMillis until the model was there
 * @param useMillis of the first forward pass after that
 * @param before bytes resident before loading: of the program and libtorch
 * @param loaded the most bytes resident until the model was there, files' pages included
 * @param used the same until after the first forward pass
 * @param anonymous bytes resident in the end that are no file's pages
 */
record LoadMeasurement(double loadMillis, double useMillis, long before, long loaded, long used, long anonymous) {
    /** The medians of several processes' numbers. */
    static LoadMeasurement median(List<LoadMeasurement> rounds) {
        return new LoadMeasurement(
                middle(rounds.stream().map(LoadMeasurement::loadMillis).toList()),
                middle(rounds.stream().map(LoadMeasurement::useMillis).toList()),
                middle(rounds.stream().map(LoadMeasurement::before).toList()),
                middle(rounds.stream().map(LoadMeasurement::loaded).toList()),
                middle(rounds.stream().map(LoadMeasurement::used).toList()),
                middle(rounds.stream().map(LoadMeasurement::anonymous).toList()));
    }

    private static <T extends Comparable<T>> T middle(List<T> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
