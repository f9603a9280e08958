package dev.gatun.hart.train;

/** Examples a second over the last steps. */
final class RateMeter {
    private final long[] times;
    private int count;

    RateMeter(int window) {
        times = new long[window];
    }

    /** Another step is done; returns the rate, NaN at the first. */
    double examplesPerSecond(int batch) {
        long now = System.nanoTime();
        int kept = Math.min(count, times.length);
        long oldest = count == 0 ? now : times[(count - kept) % times.length];
        times[count++ % times.length] = now;
        return kept == 0 ? Double.NaN : batch * (double) kept / ((now - oldest) / 1e9);
    }
}
