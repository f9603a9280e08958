package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.torch.Aten;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Questions about the gradients of all ranks' parts taken together. */
final class ShardedGradients {
    private final List<Slot> slots = new ArrayList<>();
    private final ProcessGroup group;

    ShardedGradients(List<Parameter> parameters, Map<Parameter, Slot> slots, ProcessGroup group) {
        parameters.forEach(parameter -> this.slots.add(slots.get(parameter)));
        this.group = group;
    }

    /** The norm before scaling, a new float64 scalar on the device. */
    Tensor clipGradNorm_(List<Shard> shards, double maxNorm) {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor[] gradients = shards.stream()
                    .map(shard -> shard.part().grad())
                    .filter(gradient -> gradient != null)
                    .toArray(Tensor[]::new);
            // Squares of float32 norms, added in float64: the order of the ranks hardly matters.
            Tensor square = Torch.zeros(new long[] {1}, TensorOptions.of(DType.FLOAT64, device()));
            if (gradients.length > 0) {
                square.add_(Torch.stack(Aten._foreach_norm(gradients))
                        .to(DType.FLOAT64)
                        .pow(2)
                        .sum());
            }
            group.allReduce(square, ReduceOp.SUM).await();
            Tensor norm = square.sqrt().view();
            if (gradients.length > 0) {
                Tensor coefficient = Gradients.coefficient(norm, maxNorm);
                Aten._foreach_mul_(gradients, coefficient.to(gradients[0].dtype()));
            }
            return scope.promote(norm);
        }
    }

    /** The first slot's name with a gradient that is not finite: of {@code shards}, or of whole parameters if that is null. */
    String nonFinite(List<Shard> shards) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            long first = slots.size();
            for (int i = slots.size() - 1; i >= 0; i--) {
                Slot slot = slots.get(i);
                Parameter part = shards == null ? slot.parameter() : slot.shard == null ? null : slot.shard.part();
                Tensor gradient = part == null ? null : part.grad();
                if (gradient != null && !gradient.isfinite().all().item().booleanValue()) {
                    first = i;
                }
            }
            int number = (int) new SmallNumbers(group, device()).reduce(new long[] {first}, ReduceOp.MIN)[0];
            return number == slots.size() ? null : slots.get(number).name();
        }
    }

    private Device device() {
        return slots.getFirst().device();
    }
}
