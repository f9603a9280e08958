package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.torch.Device;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts batches onto the device that computes while the steps before them are computed: on the thread that prepares batches, and
 * on a GPU in a stream of its own. It owns what it placed, until that is freed or it is closed.
 */
final class Placement implements AutoCloseable {
    private final Device device;
    private final Set<Placed> all = ConcurrentHashMap.newKeySet();

    Placement(Device device) {
        this.device = device;
    }

    /** The micro-batches of a step on their way. */
    static final class Placed {
        private final List<DeviceBatch> microBatches;

        private Placed(List<DeviceBatch> microBatches) {
            this.microBatches = microBatches;
        }

        /** To be computed with once they have arrived. */
        List<DeviceBatch> microBatches() {
            return microBatches;
        }
    }

    /** Places the micro-batches of a step, for any thread; they need not have arrived when this returns. */
    Placed place(List<Batch> microBatches) {
        Placed made = new Placed(placed(microBatches));
        all.add(made);
        return made;
    }

    private List<DeviceBatch> placed(List<Batch> microBatches) {
        return microBatches.stream()
                .map(batch -> DeviceBatch.of(batch, device).unscoped())
                .toList();
    }

    /** Lets the calling thread's stream wait until they have arrived; the host does not. */
    void arrive(Placed placed) {}

    /** Frees what a step has computed with. */
    void free(Placed placed) {
        if (all.remove(placed)) {
            placed.microBatches.forEach(DeviceBatch::close);
        }
    }

    /** Frees what no step came to; nobody may place anything any more. */
    @Override
    public void close() {
        List.copyOf(all).forEach(this::free);
    }
}
