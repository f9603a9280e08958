package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.torch.Device;
import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaEvent;
import dev.gatun.torch.cuda.CudaStream;
import dev.gatun.torch.cuda.StreamScope;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts batches onto the device that computes while the steps before them are computed: on the thread that prepares batches, and
 * on a GPU in a stream of its own. It owns what it placed, until that is freed or it is closed.
 */
final class Placement implements AutoCloseable {
    private final Device device;
    /** Null on the CPU. */
    private final CudaStream lane;

    private final Set<Placed> all = ConcurrentHashMap.newKeySet();

    Placement(Device device) {
        this.device = device;
        this.lane = device.type() == Device.Type.CUDA ? Cuda.newStream(device.index()) : null;
    }

    /** The micro-batches of a step on their way. */
    static final class Placed {
        private final List<DeviceBatch> microBatches;
        private final CudaEvent arrival;

        private Placed(List<DeviceBatch> microBatches, CudaEvent arrival) {
            this.microBatches = microBatches;
            this.arrival = arrival;
        }

        /** To be computed with once they have arrived. */
        List<DeviceBatch> microBatches() {
            return microBatches;
        }
    }

    /** Places the micro-batches of a step, for any thread; they need not have arrived when this returns. */
    Placed place(List<Batch> microBatches) {
        Placed made;
        if (lane == null) {
            made = new Placed(placed(microBatches), null);
        } else {
            try (StreamScope _ = lane.open()) {
                made = new Placed(placed(microBatches), Cuda.newEvent(device.index(), false));
                made.arrival.record(lane);
            }
        }
        all.add(made);
        return made;
    }

    private List<DeviceBatch> placed(List<Batch> microBatches) {
        return microBatches.stream()
                .map(batch -> DeviceBatch.of(batch, device).unscoped())
                .toList();
    }

    /** Lets the calling thread's stream wait until they have arrived; the host does not. */
    void arrive(Placed placed) {
        if (lane != null) {
            CudaStream own = Cuda.currentStream(device.index());
            own.waitEvent(placed.arrival);
            // Their memory is the lane's, whose next batches must not lie in it before they were computed with.
            placed.microBatches.forEach(batch -> own.use(batch.memory()));
        }
    }

    /** Frees what a step has computed with. */
    void free(Placed placed) {
        if (all.remove(placed)) {
            placed.microBatches.forEach(DeviceBatch::close);
            if (placed.arrival != null) {
                placed.arrival.close();
            }
        }
    }

    /** Frees what no step came to; nobody may place anything any more. */
    @Override
    public void close() {
        List.copyOf(all).forEach(this::free);
    }
}
