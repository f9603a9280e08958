package dev.gatun.apps.bench.gpu;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** One op, on two tensors: what the device's memory and its multipliers give, and what a call costs. */
final class OpWork implements GpuWork {
    private final GpuRow.Kind kind;
    private final Tensor a;
    private final Tensor b;

    OpWork(GpuRow row, Device device) {
        kind = row.kind();
        long side = row.size().side;
        long[] shape = switch (kind) {
            case COPY -> new long[] {row.size().elements};
            case MATMUL -> new long[] {side, side};
            default -> new long[] {1};
        };
        DType dtype = kind == GpuRow.Kind.MATMUL ? DType.BFLOAT16 : DType.FLOAT32;
        a = Torch.ones(shape, TensorOptions.of(dtype, device)).unscoped();
        b = Torch.ones(shape, TensorOptions.of(dtype, device)).unscoped();
    }

    @Override
    public void run() {
        try (GradMode _ = Torch.noGrad()) {
            switch (kind) {
                case COPY -> b.copy_(a);
                case MATMUL -> a.matmul(b).close();
                default -> a.add(b).close();
            }
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
