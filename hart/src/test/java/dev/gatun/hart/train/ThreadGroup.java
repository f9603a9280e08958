package dev.gatun.hart.train;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.nn.distributed.Work;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A process group of threads, each of which is one rank: every operation is done when its call returns. */
final class ThreadGroup {
    private static final Work DONE = new Work() {
        @Override
        public void await() {}

        @Override
        public boolean isDone() {
            return true;
        }
    };

    private final Tensor[] given;
    private final CyclicBarrier barrier;
    private final int patience;

    /** @param patience seconds that ranks wait for each other */
    ThreadGroup(int ranks, int patience) {
        this.patience = patience;
        given = new Tensor[ranks];
        barrier = new CyclicBarrier(ranks);
    }

    int size() {
        return given.length;
    }

    ProcessGroup rank(int rank) {
        return new Rank(rank);
    }

    private void meet() {
        try {
            barrier.await(patience, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new DistributedException("a rank is absent", e);
        }
    }

    private final class Rank implements ProcessGroup {
        private final int rank;

        Rank(int rank) {
            this.rank = rank;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int size() {
            return given.length;
        }

        /** Puts into {@code target} what {@code made} makes of all ranks' {@code own}, once all have read them. */
        private Work exchange(Tensor own, Tensor target, UnaryOperator<List<Tensor>> made) {
            try (Scope _ = Scope.open();
                    GradMode _ = Torch.noGrad()) {
                Tensor copy = own.detach().clone().unscoped();
                given[rank] = copy;
                meet();
                Tensor result = made.apply(List.of(given)).getFirst();
                meet();
                target.copy_(result);
                meet();
                copy.close();
            }
            return DONE;
        }

        private List<Tensor> reduced(List<Tensor> all, ReduceOp op) {
            Tensor sum = all.getFirst().clone();
            for (Tensor other : all.subList(1, all.size())) {
                switch (op) {
                    case SUM, AVG -> sum.add_(other);
                    case MAX -> sum = sum.maximum(other);
                    case MIN -> sum = sum.minimum(other);
                }
            }
            return List.of(op == ReduceOp.AVG ? sum.div((double) all.size()) : sum);
        }

        @Override
        public Work allReduce(Tensor tensor, ReduceOp op) {
            return exchange(tensor, tensor, all -> reduced(all, op));
        }

        @Override
        public Work broadcast(Tensor tensor, int root) {
            return exchange(tensor, tensor, all -> List.of(all.get(root)));
        }

        @Override
        public Work allGather(Tensor output, Tensor input) {
            return exchange(input, output.view(-1), all -> {
                List<Tensor> flat = new ArrayList<>();
                all.forEach(one -> flat.add(one.reshape(-1)));
                return List.of(Torch.cat(flat.toArray(Tensor[]::new), 0));
            });
        }

        @Override
        public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
            return exchange(
                    input,
                    output.view(-1),
                    all -> List.of(
                            reduced(all, op).getFirst().reshape(-1).narrow(0, rank * output.numel(), output.numel())));
        }

        @Override
        public Work barrier() {
            meet();
            return DONE;
        }

        @Override
        public void close() {}
    }
}
