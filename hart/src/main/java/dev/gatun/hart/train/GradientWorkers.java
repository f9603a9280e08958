package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.SlotRange;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Computes a step's gradients, its micro-batches side by side where that cannot change the result: small ops do not use
 * several cores well, two micro-batches do. Gradients are added in the order of the micro-batches, so the sum is the same
 * with one worker and with many. Dropout draws from the process's one generator, whose order threads would disturb: with
 * dropout there is one worker.
 */
final class GradientWorkers implements AutoCloseable {
    private final Objective objective;
    private final List<Parameter> parameters;
    private final WorkerPool pool;
    private final int workers;

    GradientWorkers(Objective objective, int microBatches, int threads, boolean usesRandomness) {
        this.objective = objective;
        this.parameters = objective.trained().parameters().stream()
                .filter(Parameter::requiresGrad)
                .toList();
        this.workers = usesRandomness ? 1 : Math.max(1, Math.min(microBatches, threads));
        this.pool = new WorkerPool(workers, threads);
    }

    int workers() {
        return workers;
    }

    private record Part(Tensor[] gradients, Losses losses) {}

    /**
     * Sets every trained parameter's gradient to the sum of those of {@code microBatches}.
     *
     * @param slots the micro-batches' slots in the batch of all ranks
     * @param targetTokens of all ranks
     */
    Losses compute(List<Batch> microBatches, List<SlotRange> slots, long targetTokens) {
        List<Callable<Part>> parts = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            Batch batch = microBatches.get(i);
            int firstSlot = slots.get(i).first();
            parts.add(() -> part(batch, firstSlot, targetTokens));
        }
        Tensor[] sum = null;
        Losses losses = Losses.NONE;
        // As many at a time as there are workers: each holds a gradient of every parameter until it is added.
        for (int begin = 0; begin < parts.size(); begin += workers) {
            for (Part part : pool.run(parts.subList(begin, Math.min(parts.size(), begin + workers)))) {
                losses = losses.plus(part.losses());
                if (sum == null) {
                    sum = part.gradients();
                } else {
                    add(sum, part.gradients());
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            parameters.get(i).get().setGrad(sum[i]);
            if (sum[i] != null) {
                sum[i].close();
            }
        }
        return losses;
    }

    private Part part(Batch batch, int firstSlot, long targetTokens) {
        try (Scope _ = Scope.open()) {
            Objective.Share share = objective.share(batch, firstSlot, targetTokens);
            Tensor[] inputs = parameters.stream().map(Parameter::get).toArray(Tensor[]::new);
            Tensor[] gradients = Autograd.grad(new Tensor[] {share.total()}, inputs, null, false, false, true);
            for (Tensor gradient : gradients) {
                if (gradient != null) {
                    gradient.unscoped();
                }
            }
            return new Part(gradients, Losses.of(share));
        }
    }

    private static void add(Tensor[] sum, Tensor[] more) {
        for (int i = 0; i < sum.length; i++) {
            if (sum[i] == null) {
                sum[i] = more[i];
            } else if (more[i] != null) {
                sum[i].add_(more[i]);
                more[i].close();
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
