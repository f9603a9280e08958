package dev.gatun.apps.bench.distributed;

import java.util.ArrayList;
import java.util.List;

/**
 * A data-parallel training step, reckoned: forward, then backward, during which gradients arrive one after the other and fill
 * buckets; one stream that all-reduces buckets in their order, each as soon as it is full and the one before is done.
 *
 * @param forward seconds before backward begins
 * @param gradients in the order in which backward makes them
 */
record StepModel(double forward, List<Gradient> gradients) {
    private static final long MEBI = 1 << 20;

    /** PyTorch's buckets. */
    static final Buckets PYTORCH = new Buckets(MEBI, 25 * MEBI);

    /**
     * A parameter's gradient.
     *
     * @param bytes how large
     * @param seconds of backward that make it
     */
    record Gradient(long bytes, double seconds) {}

    /** How many bytes at least close the first bucket, and the others. */
    record Buckets(long first, long others) {}

    /**
     * What came of it.
     *
     * @param compute seconds of forward and backward
     * @param communication seconds of all all-reduces
     * @param step seconds until both are done
     * @param messages how many all-reduces
     */
    record Step(double compute, double communication, double step, int messages) {
        /** The share of communication during which there was compute, 0 to 1. */
        double hidden() {
            return communication == 0 ? 1 : 1 - (step - compute) / communication;
        }

        /** The compute's share of the step: how much of a rank's speed is left. */
        double efficiency() {
            return compute / step;
        }
    }

    private record Bucket(long bytes, double ready) {}

    double backward() {
        return gradients.stream().mapToDouble(Gradient::seconds).sum();
    }

    /** The same compute, {@code factor} times as long. */
    StepModel slower(double factor) {
        return new StepModel(
                forward * factor,
                gradients.stream()
                        .map(gradient -> new Gradient(gradient.bytes, gradient.seconds * factor))
                        .toList());
    }

    private List<Bucket> buckets(Buckets sizes) {
        List<Bucket> buckets = new ArrayList<>();
        double now = forward;
        long bytes = 0;
        for (Gradient gradient : gradients) {
            now += gradient.seconds;
            bytes += gradient.bytes;
            if (bytes >= (buckets.isEmpty() ? sizes.first : sizes.others)) {
                buckets.add(new Bucket(bytes, now));
                bytes = 0;
            }
        }
        if (bytes > 0) {
            buckets.add(new Bucket(bytes, now));
        }
        return buckets;
    }

    /** Reckons a step; without overlap all-reduces begin when backward is over. */
    Step run(Fabric fabric, int ranks, Buckets sizes, boolean overlap) {
        double compute = forward + backward();
        double done = 0;
        double communication = 0;
        List<Bucket> buckets = buckets(sizes);
        for (Bucket bucket : buckets) {
            double takes = fabric.allReduce(ranks, bucket.bytes);
            done = Math.max(done, overlap ? bucket.ready : compute) + takes;
            communication += takes;
        }
        return new Step(compute, communication, Math.max(compute, done), buckets.size());
    }
}
