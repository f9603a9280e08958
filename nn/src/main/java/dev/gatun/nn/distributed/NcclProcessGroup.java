package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.CudaRuntime;
import dev.gatun.torch.cuda.CudaStream;
import dev.gatun.torch.cuda.Nccl;
import dev.gatun.torch.cuda.NcclCommunicator;
import dev.gatun.torch.cuda.NcclCommunicator.Reduction;
import java.time.Duration;

/**
 * Processes with a GPU each, joined by NCCL ({@code torch.distributed.ProcessGroupNCCL}). Operations run on a stream of their
 * own, after what is in the calling thread's current stream by then; {@link Work#await} waits on the host until they are done,
 * so that what follows sees their results on every stream, and a failed one is never taken for done. The first operation may
 * wait for the other ranks, because NCCL connects them then.
 */
final class NcclProcessGroup implements ProcessGroup {
    private final Rendezvous meeting;
    private final NcclCommunicator communicator;
    private final CudaStream stream;
    private final NcclQueue queue;
    private final Device device;
    private final Tensor barrier;
    private boolean closed;

    private NcclProcessGroup(
            Rendezvous meeting, NcclCommunicator communicator, CudaStream stream, NcclQueue queue, Device device) {
        this.meeting = meeting;
        this.communicator = communicator;
        this.stream = stream;
        this.queue = queue;
        this.device = device;
        barrier = Torch.zeros(new long[] {1}, TensorOptions.of(DType.INT32, device))
                .unscoped();
    }

    /**
     * Joins this process's GPU number {@code gpu} with those of the other ranks of {@code meeting}, which the group then owns.
     *
     * @throws DistributedException if not all ranks joined in time, or NCCL failed
     */
    static NcclProcessGroup open(Rendezvous meeting, int gpu, Duration timeout) {
        return open(meeting, Nccl.load(), gpu, Device.cuda(gpu), timeout);
    }

    /** The same for tensors on {@code device}: a test without a GPU has a library that takes those in host memory. */
    static NcclProcessGroup open(Rendezvous meeting, Nccl nccl, int gpu, Device device, Duration timeout) {
        CudaRuntime cuda = CudaRuntime.load();
        CudaStream stream = cuda.streamFromPool(gpu, true);
        ProgressBoard board = new ProgressBoard(meeting, timeout);
        try {
            NcclCommunicator communicator = NcclJoining.join(meeting, board, nccl, gpu, timeout);
            NcclQueue queue = new NcclQueue(board, communicator, cuda, gpu, timeout);
            return new NcclProcessGroup(meeting, communicator, stream, queue, device);
        } catch (RuntimeException e) {
            board.close();
            throw e;
        }
    }

    @Override
    public int rank() {
        return meeting.info().rank();
    }

    @Override
    public int size() {
        return meeting.info().worldSize();
    }

    @Override
    public Work allReduce(Tensor tensor, ReduceOp op) {
        String operation = check("all_reduce " + op, tensor);
        Collective.checkOp(operation, tensor, op);
        return begin(operation, () -> communicator.allReduce(tensor, reduction(op), stream));
    }

    @Override
    public Work broadcast(Tensor tensor, int root) {
        String operation = check("broadcast from rank " + root, tensor);
        Collective.checkRoot(operation, root, size());
        return begin(operation, () -> communicator.broadcast(tensor, root, stream));
    }

    @Override
    public Work allGather(Tensor output, Tensor input) {
        String operation = check("all_gather_into_tensor", input);
        check("all_gather_into_tensor", output);
        Collective.checkParts(operation, output, input, size());
        return begin(operation, () -> communicator.allGather(output, input, stream));
    }

    @Override
    public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
        String operation = check("reduce_scatter_tensor " + op, input);
        check("reduce_scatter_tensor " + op, output);
        Collective.checkOp(operation, input, op);
        Collective.checkParts(operation, input, output, size());
        return begin(operation, () -> communicator.reduceScatter(output, input, reduction(op), stream));
    }

    @Override
    public Work barrier() {
        return begin("barrier", () -> communicator.allReduce(barrier, Reduction.SUM, stream));
    }

    private Work begin(String operation, Runnable call) {
        return queue.begin(operation, event -> {
            event.record(stream.runtime().currentStream(stream.device()));
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

    private String check(String name, Tensor tensor) {
        String operation = Collective.describe(name, tensor);
        Collective.check(operation, tensor);
        if (!tensor.device().equals(device)) {
            throw new DistributedException(operation + ": the tensor is on " + tensor.device()
                    + ", and this group's are on " + device + ": move it there");
        }
        return operation;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            queue.close();
            barrier.close();
            meeting.close();
        }
    }
}
