package dev.gatun.nn.distributed;

import dev.gatun.torch.Function;
import dev.gatun.torch.FunctionContext;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.function.UnaryOperator;

/** Recomputation by a backward pass inside the backward pass, as in {@code torch.utils.checkpoint(use_reentrant=True)}. */
final class Reentrant extends Function {
    private final UnaryOperator<Tensor> block;

    Reentrant(UnaryOperator<Tensor> block) {
        this.block = block;
    }

    @Override
    protected Tensor[] forward(FunctionContext ctx, Tensor... in) {
        ctx.saveForBackward(in);
        return new Tensor[] {block.apply(in[0])};
    }

    @Override
    protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) {
        Tensor input = ctx.savedTensors()[0].detach().requiresGrad_(true);
        try (GradMode _ = Torch.enableGrad()) {
            block.apply(input).backward(gradients[0], false, false);
        }
        return new Tensor[] {input.grad()};
    }
}
