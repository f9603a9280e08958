package dev.gatun.nn.distributed;

import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains one model on several ranks, each on data of its own ({@code torch.nn.parallel.DistributedDataParallel}). All ranks
 * begin with rank 0's parameters and buffers; after {@link #finish()} every trained parameter's gradient is the mean, or the
 * sum, over the ranks, to the same bits on all of them, so that their optimizers make the same step:
 *
 * <pre>{@code
 * try (var ddp = new DistributedDataParallel(model, group, DistributedDataParallel.Options.DEFAULTS)) {
 *     try (var _ = ddp.noSync()) {
 *         loss(firstMicroBatch).backward();   // adds to the gradients, nothing is sent
 *     }
 *     loss(lastMicroBatch).backward();        // gradients are sent as they come
 *     ddp.finish();                           // and are here now
 *     optimizer.step();
 *     optimizer.zeroGrad();
 * }
 * }</pre>
 *
 * <p>Gradients lie in buckets, in the order in which they came in the first step, and are views of them after {@code
 * finish()}. From the second step on a bucket is sent as soon as it is full, while the backward pass goes on. A gradient that
 * is added to several times in one pass, as it is with re-entrant recomputation, counts as come after the last time. The
 * gradients may also be set by hand ({@link Tensor#setGrad}): {@code finish()} then sends all of them. Frozen parameters take
 * no part after the start.
 *
 * <p>The model and the group stay the caller's. Every rank calls the same methods in the same order.
 */
public final class DistributedDataParallel implements AutoCloseable {
    private final Reducer reducer;

    /**
     * Settings; {@link #DEFAULTS} are PyTorch's.
     *
     * @param firstBucketBytes the first bucket is full with so many bytes: a small one, so that sending begins early
     * @param bucketBytes the others
     * @param op {@link ReduceOp#AVG}, or {@link ReduceOp#SUM} for losses that are divided by something global already
     * @param overlap whether to send during the backward pass, or all in {@code finish()}
     * @param findUnusedParameters whether parameters may get no gradient on some ranks, which is an error otherwise; costs
     *     one small message a step
     * @param communicationType the type in which gradients are sent, null for their own ({@code bf16_compress_hook})
     */
    public record Options(
            long firstBucketBytes,
            long bucketBytes,
            ReduceOp op,
            boolean overlap,
            boolean findUnusedParameters,
            DType communicationType) {
        /** 1 MiB, 25 MiB, the mean, overlapping, all parameters used, nothing compressed. */
        public static final Options DEFAULTS = new Options(1 << 20, 25 << 20, ReduceOp.AVG, true, false, null);

        /** Checks the ranges. */
        public Options {
            if (firstBucketBytes < 1 || bucketBytes < 1) {
                throw new IllegalArgumentException(
                        "buckets have at least one byte, not " + firstBucketBytes + " and " + bucketBytes);
            }
            if (op != ReduceOp.AVG && op != ReduceOp.SUM) {
                throw new IllegalArgumentException("gradients are reduced by SUM or AVG, not " + op);
            }
            if (communicationType != null && !communicationType.isFloatingPoint()) {
                throw new IllegalArgumentException("gradients cannot be sent as " + communicationType);
            }
        }

        /** The same with other bucket sizes. */
        public Options withBuckets(long first, long others) {
            return new Options(first, others, op, overlap, findUnusedParameters, communicationType);
        }

        /** The same with another reduction. */
        public Options withOp(ReduceOp reduction) {
            return new Options(
                    firstBucketBytes, bucketBytes, reduction, overlap, findUnusedParameters, communicationType);
        }

        /** The same with overlap on or off. */
        public Options withOverlap(boolean on) {
            return new Options(firstBucketBytes, bucketBytes, op, on, findUnusedParameters, communicationType);
        }

        /** The same with unused parameters allowed or not. */
        public Options withFindUnusedParameters(boolean on) {
            return new Options(firstBucketBytes, bucketBytes, op, overlap, on, communicationType);
        }

        /** The same with gradients sent in another type. */
        public Options withCommunicationType(DType type) {
            return new Options(firstBucketBytes, bucketBytes, op, overlap, findUnusedParameters, type);
        }
    }

    /** Until closed, backward passes add to the gradients of this rank only ({@code no_sync}). */
    public interface NoSync extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Copies rank 0's parameters, frozen ones too, and buffers of {@code model} to all ranks; waits for them.
     *
     * @throws DistributedException if the ranks' models differ in names, shapes, types, or in what is trained
     * @throws IllegalArgumentException if nothing is trained
     */
    public DistributedDataParallel(Module model, ProcessGroup group, Options options) {
        this(model.namedParameters(), model.namedBuffers(), group, options);
    }

    /** The same for parameters without a module, which are called by their numbers. */
    public DistributedDataParallel(List<Parameter> parameters, ProcessGroup group, Options options) {
        this(numbered(parameters), Map.of(), group, options);
    }

    private DistributedDataParallel(
            Map<String, Parameter> parameters, Map<String, Tensor> buffers, ProcessGroup group, Options options) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        List<Slot> slots = new ArrayList<>();
        parameters.forEach((name, parameter) -> {
            if (parameter.requiresGrad()) {
                slots.add(new Slot(slots.size(), name, parameter));
            }
            all.put(name + (parameter.requiresGrad() ? ", trained" : ", frozen"), parameter.get());
        });
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("the model has no parameter that is trained (requires_grad)");
        }
        buffers.forEach((name, buffer) -> all.put(name + ", buffer", buffer));
        Device device = slots.getFirst().device();
        ModelSync.requireSame(all, device, group);
        ModelSync.broadcast(List.copyOf(all.values()), group);
        this.reducer = new Reducer(slots, group, options);
    }

    private static Map<String, Parameter> numbered(List<Parameter> parameters) {
        Map<String, Parameter> named = new LinkedHashMap<>();
        parameters.forEach(parameter -> named.put("parameter " + named.size(), parameter));
        return named;
    }

    /** Sends nothing until the result is closed: for all micro-batches of a step but the last ({@code no_sync}). */
    public NoSync noSync() {
        return reducer.noSync();
    }

    /**
     * Sends what was not sent yet, and waits until every gradient is reduced. To be called after the step's last backward
     * pass, by every rank, whether or not it had data.
     *
     * @throws IllegalStateException if a parameter got no gradient and {@link Options#findUnusedParameters} is off; or if a
     *     gradient was added to after it was sent. The gradients of all ranks were exchanged nevertheless: no rank waits
     * @throws DistributedException if the group fails
     */
    public void finish() {
        reducer.finish();
    }

    /**
     * The parameters that got no gradient in the last step, by name: on no rank if {@link Options#findUnusedParameters} is
     * on, else on this one.
     */
    public List<String> unusedParameters() {
        return reducer.unused();
    }

    Reducer reducer() {
        return reducer;
    }

    /** Takes the hooks off the parameters and frees the buckets; gradients stay as they are. Closing twice does nothing. */
    @Override
    public void close() {
        reducer.close();
    }
}
