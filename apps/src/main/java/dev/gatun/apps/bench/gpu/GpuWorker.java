package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.Device;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import java.util.ArrayList;
import java.util.List;

/** Measures one row in this process. */
final class GpuWorker {
    private static final int WARM_UP = 3;
    private static final int LEAST = 3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private GpuWorker() {}

    /** @param seconds how long to measure, after warming up */
    static GpuMeasurement measure(GpuRow row, Device device, double seconds) {
        List<Double> millis = new ArrayList<>();
        List<Double> hostMillis = new ArrayList<>();
        try (GpuWork work = GpuWork.of(row, device);
                DeviceQueue queue = new DeviceQueue(device)) {
            // Half as long as is measured, for the JVM to compile what calls the ops.
            long warm = System.nanoTime() + (long) (seconds / 2 * NANOS_PER_SECOND);
            for (int i = 0; i < WARM_UP || System.nanoTime() < warm; i++) {
                iterate(work, row);
                queue.finish();
            }
            resetPeak(device);
            long end = System.nanoTime() + (long) (seconds * NANOS_PER_SECOND);
            while (millis.size() < LEAST || System.nanoTime() < end) {
                long begin = System.nanoTime();
                iterate(work, row);
                hostMillis.add(sinceEach(begin, row));
                queue.finish();
                millis.add(sinceEach(begin, row));
            }
            return new GpuMeasurement(millis, hostMillis, peakBytes(device), Torch.version(), null);
        }
    }

    private static void iterate(GpuWork work, GpuRow row) {
        for (int i = 0; i < row.kind().repeats; i++) {
            work.run();
        }
    }

    /** For one of the iteration's repeats. */
    private static double sinceEach(long begin, GpuRow row) {
        return (System.nanoTime() - begin) / NANOS_PER_MILLI / row.kind().repeats;
    }

    private static void resetPeak(Device device) {
        if (device.type() == Device.Type.CUDA) {
            Cuda.resetPeakMemory(device.index());
        } else {
            Memory.resetPeaks();
        }
    }

    private static long peakBytes(Device device) {
        return device.type() == Device.Type.CUDA
                ? Cuda.memory(device.index()).peakAllocatedBytes()
                : Memory.statistics().peakBytes();
    }
}
