package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;

/** A trained parameter of a {@link DistributedDataParallel}, and what the backward pass under way has done to its gradient. */
final class Slot {
    private final int index;
    private final String name;
    private final Parameter parameter;
    private final Tensor leaf;
    private final long numel;
    /** Its bucket, once there are buckets. */
    Bucket bucket;
    /** Where its gradient begins there. */
    long offset;
    /** Whether parameters are divided and some rank steps this one. */
    boolean stepped;
    /** What of it this rank steps, if parameters are divided and some of it is this rank's. */
    Shard shard;
    /** How often its gradient is added to in one backward pass: more than once where recomputation is re-entrant. */
    int expected = 1;
    /** How often it was in this pass. */
    int fired;
    /** Whether this step's gradient lies in the bucket. */
    boolean collected;

    Slot(int index, String name, Parameter parameter) {
        this.index = index;
        this.name = name;
        this.parameter = parameter;
        this.leaf = parameter.get();
        this.numel = leaf.numel();
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    Parameter parameter() {
        return parameter;
    }

    long numel() {
        return numel;
    }

    long bytes() {
        return numel * leaf.dtype().byteSize();
    }

    DType dtype() {
        return leaf.dtype();
    }

    Device device() {
        return leaf.device();
    }

    /** The tensor that the hook is on; throws if the parameter has another one by now. */
    Tensor leaf() {
        if (parameter.get() != leaf) {
            throw new IllegalStateException(
                    "the tensor of parameter " + name + " was exchanged (Module.to, assign) after"
                            + " DistributedDataParallel was made of it: make a new one");
        }
        return leaf;
    }
}
