package dev.gatun.nn.distributed;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Ranks that are threads of this process. Their operations are done by threads of their own, as those of real groups are. */
final class ThreadRanks {
    private static final int TIMEOUT_SECONDS = 30;

    private final Tensor[] given;
    private final CyclicBarrier barrier;

    private ThreadRanks(int size) {
        given = new Tensor[size];
        barrier = new CyclicBarrier(size);
    }

    /** Runs {@code body} once for each rank, side by side; returns the results by rank, or throws what a rank threw. */
    static <T> List<T> run(int size, Function<Member, T> body) {
        ThreadRanks ranks = new ThreadRanks(size);
        try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
            List<Callable<T>> bodies = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                Member member = ranks.new Member(rank);
                bodies.add(() -> {
                    try (member) {
                        return body.apply(member);
                    }
                });
            }
            List<T> results = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(bodies)) {
                try {
                    results.add(future.get());
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
            if (!failures.isEmpty()) {
                throw new AssertionError(failures.size() + " ranks failed", failures.getFirst());
            }
            return results;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One rank's group. */
    final class Member implements ProcessGroup {
        private final int rank;
        private final ExecutorService worker = Executors.newSingleThreadExecutor();
        private int reductions;

        private Member(int rank) {
            this.rank = rank;
        }

        /** How many reductions were begun so far. */
        int reductions() {
            return reductions;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int size() {
            return given.length;
        }

        @Override
        public Work allReduce(Tensor tensor, ReduceOp op) {
            reductions++;
            return begin(tensor, tensor, () -> reduce(op, t -> t));
        }

        @Override
        public Work broadcast(Tensor tensor, int root) {
            return begin(tensor, tensor, () -> given[root].clone());
        }

        @Override
        public Work allGather(Tensor output, Tensor input) {
            return begin(output, input, () -> Torch.cat(given));
        }

        @Override
        public Work reduceScatter(Tensor output, Tensor input, ReduceOp op) {
            reductions++;
            long part = output.numel();
            return begin(output, input, () -> reduce(op, t -> t.narrow(0, rank * part, part)));
        }

        @Override
        public Work barrier() {
            Tensor nothing = Torch.zeros(1);
            return begin(nothing, nothing, () -> given[0].clone());
        }

        @Override
        public void close() {
            worker.shutdown();
        }

        private Tensor reduce(ReduceOp op, UnaryOperator<Tensor> part) {
            Tensor result = part.apply(given[0]).clone();
            for (int other = 1; other < given.length; other++) {
                Tensor next = part.apply(given[other]);
                result = switch (op) {
                    case SUM, AVG -> result.add(next);
                    case MAX -> result.maximum(next);
                    case MIN -> result.minimum(next);
                };
            }
            return op == ReduceOp.AVG ? result.div(given.length).to(result.dtype()) : result;
        }

        private Work begin(Tensor output, Tensor input, Callable<Tensor> result) {
            if (!output.isContiguous() || !input.isContiguous()) {
                throw new DistributedException("tensors must be contiguous");
            }
            // Handles of no scope, which another thread may use.
            Tensor to = output.detach().unscoped();
            Tensor from = input.detach().unscoped();
            Future<?> done = worker.submit(() -> {
                try (Scope _ = Scope.open();
                        GradMode _ = Torch.noGrad()) {
                    given[rank] = from;
                    barrier.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                    Tensor computed = result.call();
                    barrier.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                    to.copy_(computed);
                    barrier.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                } finally {
                    to.close();
                    from.close();
                }
                return null;
            });
            return new Work() {
                @Override
                public void await() {
                    try {
                        done.get();
                    } catch (ExecutionException e) {
                        throw new DistributedException("rank " + rank + ": " + e.getCause(), e.getCause());
                    } catch (InterruptedException e) {
                        throw new DistributedException("interrupted", e);
                    }
                }

                @Override
                public boolean isDone() {
                    return done.isDone();
                }
            };
        }
    }
}
