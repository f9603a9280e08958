package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.CudaRuntime;
import dev.gatun.torch.cuda.CudaStream;
import dev.gatun.torch.cuda.Nccl;
import dev.gatun.torch.cuda.NcclCommunicator;
import dev.gatun.torch.cuda.NcclCommunicator.Reduction;
import java.time.Duration;
import java.util.Arrays;

/**
 * Processes with a GPU each, joined by NCCL ({@code torch.distributed.ProcessGroupNCCL}). Operations run on a stream of their
 * own, after what is in the calling thread's current stream by then; {@link Work#await} waits on the host until they are done,
 * so that what follows sees their results on every stream, and a failed one is never taken for done. The first operation may
 * wait for the other ranks, because NCCL connects them then.
 *
 * <p>A thread of the group's looks after it: when an operation takes longer than the timeout, or NCCL reports an error, it
 * aborts the communicator, which also ends kernels that wait on the GPU, and every later call throws what happened.
 */
public final class NcclProcessGroup implements ProcessGroup {
    private final NcclMeeting meeting;
    private final NcclCommunicator communicator;
    private final CudaRuntime cuda;
    private final CudaStream stream;
    private final NcclQueue queue;
    private final Device device;
    private final Tensor barrier;
    private boolean closed;

    private NcclProcessGroup(
            NcclMeeting meeting, NcclCommunicator communicator, CudaRuntime cuda, int gpu, Device device) {
        this.meeting = meeting;
        this.communicator = communicator;
        this.cuda = cuda;
        this.device = device;
        stream = cuda.streamFromPool(gpu, true);
        barrier = Torch.zeros(new long[] {1}, TensorOptions.of(DType.INT32, device))
                .unscoped();
        queue = new NcclQueue(meeting, communicator, cuda, gpu);
    }

    /**
     * Joins this process's GPU number {@code gpu} with those of the other ranks, and waits for them.
     *
     * @param store what the ranks share: rank 0 hands over NCCL's id in it; it is not closed
     * @param prefix what the names of the group's keys begin with, another for each group and restart
     * @param timeout how long joining, and any operation, may take
     * @throws DistributedException if not all ranks came in time, naming those that did not, or NCCL failed
     * @throws dev.gatun.torch.TorchException if the loaded libtorch was built without CUDA
     * @throws CudaException if NCCL is not found, or there is no such GPU
     */
    public static NcclProcessGroup open(
            KeyValueStore store, String prefix, int rank, int size, int gpu, Duration timeout) {
        return open(new NcclMeeting(store, prefix, rank, size, timeout), Nccl.load(), gpu, Device.cuda(gpu));
    }

    /** The same for tensors on {@code device}: a test without a GPU has a library that takes those in host memory. */
    static NcclProcessGroup open(NcclMeeting meeting, Nccl nccl, int gpu, Device device) {
        return new NcclProcessGroup(meeting, meeting.join(nccl, gpu), CudaRuntime.load(), gpu, device);
    }

    @Override
    public int rank() {
        return meeting.rank();
    }

    @Override
    public int size() {
        return meeting.size();
    }

    @Override
    public Work allReduce(Tensor tensor, ReduceOp op) {
        check("all-reduce", tensor);
        return begin("all-reduce of " + describe(tensor), () -> communicator.allReduce(tensor, reduction(op), stream));
    }

    @Override
    public Work broadcast(Tensor tensor, int root) {
        check("broadcast", tensor);
        if (root < 0 || root >= size()) {
            throw new DistributedException("broadcast from rank " + root + ": the ranks are 0 to " + (size() - 1));
        }
        return begin("broadcast of " + describe(tensor), () -> communicator.broadcast(tensor, root, stream));
    }

    @Override
    public Work allGather(Tensor output, Tensor input) {
        checkParts("all-gather", output, input);
        return begin("all-gather of " + describe(input), () -> communicator.allGather(output, input, stream));
    }

    @Override
    public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
        checkParts("reduce-scatter", input, output);
        return begin(
                "reduce-scatter of " + describe(input),
                () -> communicator.reduceScatter(output, input, reduction(op), stream));
    }

    @Override
    public Work barrier() {
        return begin("barrier", () -> communicator.allReduce(barrier, Reduction.SUM, stream));
    }

    private Work begin(String what, Runnable call) {
        return queue.begin(what, event -> {
            event.record(cuda.currentStream(stream.device()));
            stream.waitEvent(event);
            call.run();
            queue.awaitReady();
            event.record(stream);
        });
    }

    private static Reduction reduction(ReduceOp op) {
        return switch (op) {
            case SUM -> Reduction.SUM;
            case AVG -> Reduction.AVG;
            case MAX -> Reduction.MAX;
            case MIN -> Reduction.MIN;
        };
    }

    private void check(String operation, Tensor tensor) {
        if (!tensor.device().equals(device)) {
            throw new DistributedException(operation + " of " + describe(tensor) + " on " + tensor.device()
                    + ": this group's tensors are on " + device + "; use to()");
        }
        if (!tensor.isContiguous()) {
            throw new DistributedException(
                    operation + " of " + describe(tensor) + ": it is not contiguous; use contiguous()");
        }
        DType dtype = tensor.dtype();
        if (dtype == DType.BOOL || dtype.isComplex() || dtype.isQuantized()) {
            throw new DistributedException(operation + " of " + describe(tensor) + ": NCCL has no form of " + dtype);
        }
    }

    private void checkParts(String operation, Tensor whole, Tensor part) {
        check(operation, whole);
        check(operation, part);
        if (whole.numel() != size() * part.numel() || whole.dtype() != part.dtype()) {
            throw new DistributedException(operation + " among " + size() + " ranks: " + describe(whole) + " is not "
                    + size() + " times " + describe(part));
        }
    }

    private static String describe(Tensor tensor) {
        return tensor.dtype() + Arrays.toString(tensor.shape()).replace(" ", "");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            queue.close();
            barrier.close();
        }
    }
}
