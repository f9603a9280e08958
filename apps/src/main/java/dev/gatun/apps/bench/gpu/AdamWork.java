package dev.gatun.apps.bench.gpu;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Adam8bit;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;

/** A step of 8-bit Adam on one large parameter. */
final class AdamWork implements GpuWork {
    private static final double LR = 1e-3;

    private final Parameter parameter;
    private final Adam8bit optimizer;

    AdamWork(GpuSize size, Device device) {
        TensorOptions options = TensorOptions.of(DType.FLOAT32, device);
        try (Scope _ = Scope.open()) {
            parameter = new Parameter(Torch.randn(new long[] {size.elements}, options));
            Tensor grad = Torch.randn(new long[] {size.elements}, options).mul_(0.01);
            parameter.get().setGrad(grad);
        }
        optimizer = new Adam8bit(List.of(parameter), LR);
    }

    @Override
    public void run() {
        optimizer.step();
    }

    @Override
    public void close() {
        optimizer.close();
        parameter.close();
    }
}
