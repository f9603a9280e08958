package dev.gatun.hart.train;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The processes that do a piece of work together, and what they tell each other beside gradients: small numbers and texts. Every
 * rank makes the same calls in the same order. One process alone is a world too, in which nothing is sent and nothing is paid.
 */
public final class World {
    /** One process. */
    public static final World ALONE = alone(Device.CPU);

    private final ProcessGroup group;
    private final Device device;

    private World(ProcessGroup group, Device device) {
        this.group = group;
        this.device = device;
    }

    /** One process, which computes on {@code device}. */
    public static World alone(Device device) {
        return new World(null, device);
    }

    /** The processes of {@code group}, on CPU tensors; it stays the caller's. */
    public static World of(ProcessGroup group) {
        return of(group, Device.CPU);
    }

    /** The processes of {@code group}, of which this one computes on {@code device}, where the group's tensors are too. */
    public static World of(ProcessGroup group, Device device) {
        return new World(group.size() == 1 ? null : group, device);
    }

    /** Where this process computes. */
    public Device device() {
        return device;
    }

    /** This process's number. */
    public int rank() {
        return group == null ? 0 : group.rank();
    }

    /** How many processes there are. */
    public int size() {
        return group == null ? 1 : group.size();
    }

    /** Whether this is rank 0, which writes what all have in common. */
    public boolean isFirst() {
        return rank() == 0;
    }

    /** The processes; null for one alone. */
    ProcessGroup group() {
        return group;
    }

    /** Replaces {@code tensor} by its sum over all ranks. */
    void sum(Tensor tensor) {
        if (group != null) {
            group.allReduce(tensor, ReduceOp.SUM).await();
        }
    }

    /** The sums over all ranks, place by place. */
    public long[] sum(long... values) {
        if (group == null) {
            return values;
        }
        try (Scope _ = Scope.open()) {
            Tensor sum = Tensor.of(values, values.length).to(device);
            sum(sum);
            return sum.toLongArray();
        }
    }

    /** The sums over all ranks, place by place, in float64. */
    public double[] sum(double... values) {
        if (group == null) {
            return values;
        }
        try (Scope _ = Scope.open()) {
            Tensor sum = Tensor.of(values, values.length).to(device);
            sum(sum);
            return sum.toDoubleArray();
        }
    }

    /** What each rank gave, by rank: on every rank. */
    public List<byte[]> gather(byte[] own) {
        if (group == null) {
            return List.of(own);
        }
        long[] lengths = new long[size()];
        lengths[rank()] = own.length;
        lengths = sum(lengths);
        int longest = (int) Math.max(1, Arrays.stream(lengths).max().orElse(0));
        try (Scope _ = Scope.open()) {
            Tensor all = Torch.zeros(new long[] {(long) size() * longest}, TensorOptions.of(DType.UINT8, device));
            group.allGather(all, Tensor.of(Arrays.copyOf(own, longest), longest).to(device))
                    .await();
            byte[] bytes = all.toByteArray();
            List<byte[]> parts = new ArrayList<>();
            for (int rank = 0; rank < lengths.length; rank++) {
                parts.add(Arrays.copyOfRange(bytes, rank * longest, rank * longest + (int) lengths[rank]));
            }
            return parts;
        }
    }

    /** What rank 0 gave: on every rank. The other ranks' is not read. */
    public String fromFirst(String own) {
        if (group == null) {
            return own;
        }
        byte[] bytes = isFirst() ? own.getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new String(gather(bytes).getFirst(), StandardCharsets.UTF_8);
    }

    /** Whether rank 0 says so: one decision for all, where each would look at a shared folder by itself. */
    public boolean fromFirst(boolean own) {
        return group == null ? own : sum(isFirst() && own ? 1L : 0L)[0] > 0;
    }

    /** Returns when every rank has come here. */
    public void barrier() {
        if (group != null) {
            group.barrier().await();
        }
    }

    /**
     * Does {@code work} on rank 0, and then on the others, which find in shared folders what rank 0 made. It may take longer than
     * the group's timeout, which is for ranks that are gone and not for busy ones.
     *
     * @param what it is, for messages
     * @throws RunException where the work of another rank has failed, which it names: all ranks end together
     */
    public <T> T inTurn(String what, Supplier<T> work) {
        if (group == null) {
            return work.get();
        }
        T result = null;
        for (boolean turnOfFirst : new boolean[] {true, false}) {
            T made = together(what, () -> turnOfFirst == isFirst() ? work.get() : null);
            result = turnOfFirst == isFirst() ? made : result;
        }
        return result;
    }

    /**
     * Does {@code work} on every rank at the same time, without any talk between them. Here too ranks may be late.
     *
     * @param what it is, for messages
     * @throws RunException where the work of another rank has failed, which it names: all ranks end together
     */
    public <T> T together(String what, Supplier<T> work) {
        if (group == null) {
            return work.get();
        }
        T result = null;
        RuntimeException failure = null;
        try (Waiting _ = new Waiting(this)) {
            result = work.get();
        } catch (DistributedException e) {
            throw e; // the others cannot be told
        } catch (RuntimeException e) {
            failure = e;
        }
        agree(what, failure);
        return result;
    }

    /**
     * Tells all ranks whether this one's part of {@code what} has failed. Returns if nobody's has.
     *
     * @param failure this rank's, or null
     * @throws RunException where the part of another rank has failed: it names the rank, and why
     */
    void agree(String what, RuntimeException failure) {
        if (group == null) {
            if (failure != null) {
                throw failure;
            }
            return;
        }
        String reason = failure == null ? "" : String.valueOf(failure.getMessage());
        long[] failed = sum(failure == null ? 0L : 1L);
        if (failed[0] == 0) {
            return;
        }
        List<byte[]> reasons = gather((failure == null ? "" : "x" + reason).getBytes(StandardCharsets.UTF_8));
        if (failure != null) {
            throw failure;
        }
        for (int rank = 0; rank < reasons.size(); rank++) {
            if (reasons.get(rank).length > 0) {
                throw new RunException("rank " + rank + " failed while " + what + ": "
                        + new String(reasons.get(rank), StandardCharsets.UTF_8).substring(1));
            }
        }
    }
}
