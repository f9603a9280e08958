package dev.gatun.hart.experiment;

import java.lang.management.ManagementFactory;

/**
 * The processor time of the calling thread: unlike the time on the clock it does not grow when other programs want the same
 * cores. A cell computes all it does in one thread.
 */
final class CpuClock {
    private CpuClock() {}

    static double seconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }
}
