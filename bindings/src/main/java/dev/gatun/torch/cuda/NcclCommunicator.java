package dev.gatun.torch.cuda;

import dev.gatun.ffm.NcclRaw;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A process's place in a group of GPUs ({@code ncclComm_t}). No call waits for another rank: an operation is put into a stream,
 * and {@link #isReady()} tells when NCCL has done so and takes the next. Tensors are contiguous and on this GPU; they must stay
 * as they are until the stream has done the operation. May be used by several threads.
 */
public final class NcclCommunicator implements AutoCloseable {
    /** How elements become one. */
    public enum Reduction {
        /** The sum. */
        SUM(NcclRaw.ncclSum),
        /** The product. */
        PROD(NcclRaw.ncclProd),
        /** The largest. */
        MAX(NcclRaw.ncclMax),
        /** The smallest. */
        MIN(NcclRaw.ncclMin),
        /** The sum divided by the number of ranks. */
        AVG(NcclRaw.ncclAvg);

        private final int code;

        Reduction(int code) {
            this.code = code;
        }
    }

    private final Nccl nccl;
    private final int device;
    private long comm;

    NcclCommunicator(Nccl nccl, long comm, int device) {
        this.nccl = nccl;
        this.comm = comm;
        this.device = device;
    }

    /**
     * Whether NCCL has done what was begun last: joined the group, or put an operation into its stream.
     *
     * @throws CudaException if that failed, or another rank or the network did since
     */
    public synchronized boolean isReady() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
            nccl.check(nccl.raw.ncclCommGetAsyncError(comm(), state.address()), "ncclCommGetAsyncError", comm);
            int status = state.get(ValueLayout.JAVA_INT, 0);
            if (status == NcclRaw.ncclInProgress) {
                return false;
            }
            nccl.check(status, "NCCL", comm);
            return true;
        }
    }

    /** Puts into every rank's tensor the reduction of all ({@code ncclAllReduce}). */
    public void allReduce(Tensor tensor, Reduction reduction, CudaStream stream) {
        long data = data(tensor);
        long count = tensor.numel();
        int type = type(tensor.dtype());
        begin(
                "ncclAllReduce",
                c -> nccl.raw.ncclAllReduce(data, data, count, type, reduction.code, c, stream.address()));
    }

    /** Puts {@code root}'s tensor into every rank's ({@code ncclBroadcast}). */
    public void broadcast(Tensor tensor, int root, CudaStream stream) {
        long data = data(tensor);
        long count = tensor.numel();
        int type = type(tensor.dtype());
        begin("ncclBroadcast", c -> nccl.raw.ncclBroadcast(data, data, count, type, root, c, stream.address()));
    }

    /** Puts every rank's {@code input}, in order, into {@code output} ({@code ncclAllGather}). */
    public void allGather(Tensor output, Tensor input, CudaStream stream) {
        long from = data(input);
        long to = data(output);
        long count = input.numel();
        int type = type(input.dtype());
        begin("ncclAllGather", c -> nccl.raw.ncclAllGather(from, to, count, type, c, stream.address()));
    }

    /** Puts this rank's part of the reduction of all inputs into {@code output} ({@code ncclReduceScatter}). */
    public void reduceScatter(Tensor output, Tensor input, Reduction reduction, CudaStream stream) {
        long from = data(input);
        long to = data(output);
        long count = output.numel();
        int type = type(input.dtype());
        begin(
                "ncclReduceScatter",
                c -> nccl.raw.ncclReduceScatter(from, to, count, type, reduction.code, c, stream.address()));
    }

    /** The number of ranks, as NCCL knows it ({@code ncclCommCount}). */
    public int size() {
        return number("ncclCommCount", nccl.raw::ncclCommCount);
    }

    /** This rank's number, as NCCL knows it ({@code ncclCommUserRank}). */
    public int rank() {
        return number("ncclCommUserRank", nccl.raw::ncclCommUserRank);
    }

    /**
     * Leaves the group and stops its operations, also those that wait for another rank on the GPU ({@code ncclCommAbort}). No rank
     * is waited for. May be called twice.
     *
     * @throws CudaException if NCCL reports an error; it is left all the same
     */
    @Override
    public synchronized void close() {
        if (comm != 0) {
            long closing = comm;
            comm = 0;
            try (CudaRuntime.DeviceGuard _ = nccl.cuda.on(device)) {
                nccl.check(nccl.raw.ncclCommAbort(closing), "ncclCommAbort", 0);
            }
        }
    }

    private interface Query {
        int call(long comm, long result);
    }

    private synchronized int number(String function, Query query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
            nccl.check(query.call(comm(), result.address()), function, comm);
            return result.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private interface Operation {
        int call(long comm);
    }

    private synchronized void begin(String function, Operation operation) {
        long open = comm();
        try (CudaRuntime.DeviceGuard _ = nccl.cuda.on(device)) {
            int status = operation.call(open);
            if (status != NcclRaw.ncclInProgress) {
                nccl.check(status, function, open);
            }
        }
    }

    private long comm() {
        if (comm == 0) {
            throw new IllegalStateException("this NCCL communicator is closed");
        }
        return comm;
    }

    private long data(Tensor tensor) {
        if (!tensor.isContiguous()) {
            throw new IllegalArgumentException("NCCL takes contiguous tensors: use contiguous()");
        }
        return nccl.cuda.dataPointer(tensor);
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case INT8 -> NcclRaw.ncclInt8;
            case UINT8 -> NcclRaw.ncclUint8;
            case INT32 -> NcclRaw.ncclInt32;
            case UINT32 -> NcclRaw.ncclUint32;
            case INT64 -> NcclRaw.ncclInt64;
            case UINT64 -> NcclRaw.ncclUint64;
            case FLOAT16 -> NcclRaw.ncclFloat16;
            case FLOAT32 -> NcclRaw.ncclFloat32;
            case FLOAT64 -> NcclRaw.ncclFloat64;
            case BFLOAT16 -> NcclRaw.ncclBfloat16;
            default -> throw new IllegalArgumentException("NCCL has no form of " + dtype + ": convert it with to()");
        };
    }
}
