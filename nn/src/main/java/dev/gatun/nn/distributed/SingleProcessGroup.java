package dev.gatun.nn.distributed;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** The group of a process that is alone: nothing is sent, on any device. */
final class SingleProcessGroup implements ProcessGroup {
    private static final Work DONE = new Work() {
        @Override
        public void await() {}

        @Override
        public boolean isDone() {
            return true;
        }
    };

    private boolean closed;

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public Work allReduce(Tensor tensor, ReduceOp op) {
        String operation = check("all_reduce " + op, tensor);
        Collective.checkOp(operation, tensor, op);
        return DONE;
    }

    @Override
    public Work broadcast(Tensor tensor, int root) {
        Collective.checkRoot(check("broadcast", tensor), root, 1);
        return DONE;
    }

    @Override
    public Work allGather(Tensor output, Tensor input) {
        return copy("all_gather_into_tensor", output, input);
    }

    @Override
    public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
        Collective.checkOp(Collective.describe("reduce_scatter_tensor " + op, input), input, op);
        return copy("reduce_scatter_tensor " + op, output, input);
    }

    @Override
    public Work barrier() {
        requireOpen("barrier");
        return DONE;
    }

    private Work copy(String name, Tensor output, Tensor input) {
        String operation = check(name, input);
        check(name, output);
        Collective.checkParts(operation, output, input, 1);
        try (GradMode _ = Torch.noGrad()) {
            output.view(input.shape()).copy_(input);
        }
        return DONE;
    }

    private String check(String name, Tensor tensor) {
        String operation = Collective.describe(name, tensor);
        requireOpen(operation);
        Collective.check(operation, tensor);
        return operation;
    }

    private void requireOpen(String operation) {
        if (closed) {
            throw new DistributedException(operation + ": the group is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
