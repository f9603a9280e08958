package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Aten;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
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
        // A GPU does one thing after another anyway.
        boolean inTurn = usesRandomness || !objective.device().equals(Device.CPU);
        this.workers = inTurn ? 1 : Math.max(1, Math.min(microBatches, threads));
        this.pool = new WorkerPool(workers, threads);
    }

    int workers() {
        return workers;
    }

    /** Whether gradients have to be added here: by several workers, or because bfloat16 would lose much of many small ones. */
    boolean addUp() {
        return workers > 1
                || parameters.stream()
                        .anyMatch(parameter -> parameter.get().dtype().byteSize() < DType.FLOAT32.byteSize());
    }

    private record Part(Tensor[] gradients, Tensor losses) {}

    /**
     * Sets every trained parameter's gradient to the sum of those of {@code microBatches}. Sums are float32 at least.
     *
     * @param slots the micro-batches' slots in the batch of all ranks
     * @param targetTokens of all ranks
     * @return the losses' sums, in the current scope
     */
    Tensor compute(List<DeviceBatch> microBatches, List<SlotRange> slots, long targetTokens) {
        List<Callable<Part>> parts = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            DeviceBatch batch = microBatches.get(i);
            int firstSlot = slots.get(i).first();
            parts.add(() -> part(batch, firstSlot, targetTokens));
        }
        Tensor[] sum = null;
        Tensor losses = null;
        // As many at a time as there are workers: each holds a gradient of every parameter until it is added.
        for (int begin = 0; begin < parts.size(); begin += workers) {
            for (Part part : pool.run(parts.subList(begin, Math.min(parts.size(), begin + workers)))) {
                if (sum == null) {
                    sum = part.gradients();
                    losses = part.losses();
                    if (parts.size() > 1) {
                        widen(sum);
                    }
                } else {
                    add(sum, part.gradients());
                    losses.add_(part.losses());
                    part.losses().close();
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            set(parameters.get(i).get(), sum[i]);
        }
        return losses.moveTo(Scope.current());
    }

    private Part part(DeviceBatch batch, int firstSlot, long targetTokens) {
        try (Scope _ = Scope.open()) {
            Objective.Share share = objective.share(batch, firstSlot, targetTokens);
            Tensor[] inputs = parameters.stream().map(Parameter::get).toArray(Tensor[]::new);
            Tensor[] gradients = Autograd.grad(new Tensor[] {share.total()}, inputs, null, false, false, true);
            for (Tensor gradient : gradients) {
                if (gradient != null) {
                    gradient.unscoped();
                }
            }
            return new Part(gradients, Losses.of(share).unscoped());
        }
    }

    private static void widen(Tensor[] sum) {
        for (int i = 0; i < sum.length; i++) {
            if (sum[i] != null && sum[i].dtype().byteSize() < DType.FLOAT32.byteSize()) {
                try (Tensor narrow = sum[i]) {
                    sum[i] = narrow.to(DType.FLOAT32).unscoped();
                }
            }
        }
    }

    private static void add(Tensor[] sum, Tensor[] more) {
        List<Tensor> sums = new ArrayList<>();
        List<Tensor> terms = new ArrayList<>();
        for (int i = 0; i < sum.length; i++) {
            if (sum[i] == null) {
                sum[i] = more[i];
            } else if (more[i] != null) {
                sums.add(sum[i]);
                terms.add(more[i]);
            }
        }
        if (!sums.isEmpty()) {
            Aten._foreach_add_(sums.toArray(Tensor[]::new), terms.toArray(Tensor[]::new));
            terms.forEach(Tensor::close);
        }
    }

    private static void set(Tensor parameter, Tensor sum) {
        if (sum == null) {
            parameter.setGrad(null);
            return;
        }
        try (sum;
                Scope _ = Scope.open()) {
            parameter.setGrad(sum.to(parameter.dtype()));
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
