package dev.gatun.hart.train;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/** Adds up the gradients of all ranks, after the backward pass. */
final class GradientExchange {
    private final World world;
    private final List<Parameter> parameters;

    GradientExchange(World world, List<Parameter> parameters) {
        this.world = world;
        this.parameters = parameters;
    }

    /** Sets every gradient to the sum of all ranks' where at least one rank has one. */
    void sum() {
        if (world.size() == 1) {
            return;
        }
        long[] present = new long[parameters.size()];
        for (int i = 0; i < present.length; i++) {
            try (Scope _ = Scope.open()) {
                present[i] = parameters.get(i).grad() == null ? 0 : 1;
            }
        }
        present = world.sum(present);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            List<Parameter> with = new ArrayList<>();
            List<Tensor> flat = new ArrayList<>();
            for (int i = 0; i < present.length; i++) {
                if (present[i] > 0) {
                    Parameter parameter = parameters.get(i);
                    Tensor grad = parameter.grad();
                    with.add(parameter);
                    flat.add(grad == null ? Torch.zeros(parameter.numel()) : grad.reshape(-1));
                }
            }
            Tensor all = Torch.cat(flat.toArray(Tensor[]::new), 0);
            world.sum(all);
            long begin = 0;
            for (Parameter parameter : with) {
                parameter.get().setGrad(all.narrow(0, begin, parameter.numel()).view(parameter.shape()));
                begin += parameter.numel();
            }
        }
    }
}
