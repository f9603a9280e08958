package dev.gatun.nn.distributed;

import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceScatterOptions;
import org.bytedeco.pytorch.TensorVector;

/** A group of processes that send tensors of the CPU by TCP: c10d's own ({@code ProcessGroupGloo}). */
final class GlooProcessGroup implements ProcessGroup {
    private final Rendezvous meeting;
    private final ProgressBoard board;
    private final ProcessGroupGloo gloo;
    private final Duration timeout;
    private DistributedException failure;
    private boolean closed;
    private long idleSince = System.nanoTime();

    private GlooProcessGroup(Rendezvous meeting, ProgressBoard board, ProcessGroupGloo gloo, Duration timeout) {
        this.meeting = meeting;
        this.board = board;
        this.gloo = gloo;
        this.timeout = timeout;
    }

    /** Connects the ranks of {@code meeting}, which the group then owns. */
    static GlooProcessGroup open(Rendezvous meeting, Duration timeout) {
        ProgressBoard board = new ProgressBoard(meeting, timeout);
        long start = System.nanoTime();
        String operation = "connecting " + meeting.info().worldSize() + " ranks by Gloo";
        long number = board.begin(operation);
        try {
            ProcessGroupGloo gloo = GlooBackend.open(meeting, timeout);
            board.end(number);
            return new GlooProcessGroup(meeting, board, gloo, timeout);
        } catch (RuntimeException e) {
            DistributedException failure = board.failure(
                    number, operation, Duration.ofNanos(System.nanoTime() - start), GlooWork.reason(e), e);
            board.close();
            throw failure;
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
        return issue(operation, op == ReduceOp.AVG ? size() : 1, list(tensor), tensors -> {
            try (AllreduceOptions options = new AllreduceOptions();
                    org.bytedeco.pytorch.ReduceOp reduction = reduction(op)) {
                options.reduceOp(reduction);
                return gloo.allreduce(tensors, options);
            }
        });
    }

    @Override
    public Work broadcast(Tensor tensor, int root) {
        String operation = check("broadcast from rank " + root, tensor);
        Collective.checkRoot(operation, root, size());
        return issue(operation, 1, list(tensor), tensors -> {
            try (BroadcastOptions options = new BroadcastOptions()) {
                options.rootRank(root);
                return gloo.broadcast(tensors, options);
            }
        });
    }

    @Override
    public Work allGather(Tensor output, Tensor input) {
        String operation = check("all_gather_into_tensor", input);
        check("all_gather_into_tensor", output);
        Collective.checkParts(operation, output, input, size());
        return issue(
                operation, 1, flat(output, input), tensors -> gloo._allgather_base(tensors.get(0), tensors.get(1)));
    }

    @Override
    public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
        String operation = check("reduce_scatter_tensor " + op, input);
        check("reduce_scatter_tensor " + op, output);
        Collective.checkOp(operation, input, op);
        Collective.checkParts(operation, input, output, size());
        return issue(operation, op == ReduceOp.AVG ? size() : 1, flat(output, input), tensors -> {
            try (ReduceScatterOptions options = new ReduceScatterOptions();
                    org.bytedeco.pytorch.ReduceOp reduction = reduction(op)) {
                options.reduceOp(reduction);
                return gloo._reduce_scatter_base(tensors.get(0), tensors.get(1), options);
            }
        });
    }

    @Override
    public Work barrier() {
        requireUsable("barrier");
        return issue("barrier", 1, new TensorVector(), tensors -> gloo.barrier());
    }

    /** Gloo has no average: it is a sum that is divided when it is there. */
    private static org.bytedeco.pytorch.ReduceOp reduction(ReduceOp op) {
        return new org.bytedeco.pytorch.ReduceOp(
                switch (op) {
                    case SUM, AVG -> org.bytedeco.pytorch.ReduceOp.RedOpType.SUM;
                    case MAX -> org.bytedeco.pytorch.ReduceOp.RedOpType.MAX;
                    case MIN -> org.bytedeco.pytorch.ReduceOp.RedOpType.MIN;
                });
    }

    /** References of its own to the tensors: they stay alive while Gloo uses them, whatever the caller does. */
    private static TensorVector list(Tensor... tensors) {
        TensorVector list = new TensorVector();
        for (Tensor tensor : tensors) {
            list.push_back(new Borrowed(tensor.nativeHandle()));
        }
        return list;
    }

    /** The same in one dimension each, which is how c10d wants what it puts together or takes apart. */
    private static TensorVector flat(Tensor... tensors) {
        TensorVector list = new TensorVector();
        for (Tensor tensor : tensors) {
            try (org.bytedeco.pytorch.Tensor data = new Borrowed(tensor.nativeHandle()).data();
                    org.bytedeco.pytorch.Tensor view = data.view(-1)) {
                list.push_back(view);
            }
        }
        return list;
    }

    private interface Call {
        org.bytedeco.pytorch.Work on(TensorVector tensors);
    }

    private Work issue(String operation, int divisor, TensorVector tensors, Call call) {
        long number = board.begin(operation);
        try {
            return new GlooWork(this, board, number, operation, call.on(tensors), tensors, divisor);
        } catch (RuntimeException e) {
            throw failed(board.failure(number, operation, Duration.ZERO, GlooWork.reason(e), e));
        }
    }

    private String check(String name, Tensor tensor) {
        String operation = Collective.describe(name, tensor);
        requireUsable(operation);
        Collective.check(operation, tensor);
        Collective.checkDevice(operation, tensor, Device.Type.CPU);
        return operation;
    }

    private void requireUsable(String operation) {
        if (closed) {
            throw new DistributedException(operation + ": the group is closed");
        }
        if (failure != null) {
            throw new DistributedException(
                    operation + ": the group has failed before: " + failure.getMessage(), failure, failure.ranks());
        }
    }

    Duration timeout() {
        return timeout;
    }

    /** When the last operation was done, which is when the next one could begin. */
    long idleSince() {
        return idleSince;
    }

    void idle() {
        idleSince = System.nanoTime();
    }

    /** Keeps the first failure: those that come after it come from it. */
    synchronized DistributedException failed(DistributedException e) {
        if (failure == null) {
            failure = e;
        }
        return failure;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        board.close();
        meeting.close();
        // c10d waits here for what is under way, which may take as long as the timeout allows.
        Thread end = new Thread(gloo::close, "gatun-gloo-close");
        end.setDaemon(true);
        end.start();
    }

    private static final class Borrowed extends org.bytedeco.pytorch.Tensor {
        Borrowed(long address) {
            super(new Address(address));
        }
    }

    private static final class Address extends Pointer {
        Address(long value) {
            address = value;
        }
    }
}
