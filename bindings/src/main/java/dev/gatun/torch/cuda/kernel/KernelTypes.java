package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.List;

/** What the kernels of Gatun's own take. */
final class KernelTypes {
    /** In the order of their numbers in {@code numbers.cuh}. */
    static final List<DType> ALL = List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);

    private static final int ALIGNMENT = 16;

    private KernelTypes() {}

    /** Whether all are contiguous, and of one type and on one GPU. */
    static boolean fit(Tensor... tensors) {
        Device device = tensors[0].device();
        DType dtype = tensors[0].dtype();
        boolean fit = device.type() == Device.Type.CUDA && ALL.contains(dtype);
        for (Tensor each : tensors) {
            fit = fit && each.dtype() == dtype && each.device().equals(device) && each.isContiguous();
        }
        return fit;
    }

    /** Whether its elements can be read sixteen bytes at a time. */
    static boolean isAligned(Tensor tensor) {
        return KernelArguments.address(tensor) % ALIGNMENT == 0;
    }

    /** The tensor itself, or a copy where it cannot be read so. */
    static Tensor readable(Tensor tensor) {
        Tensor whole = tensor.contiguous();
        return isAligned(whole) ? whole : whole.clone();
    }

    /** {@code TYPE} of a source. */
    static CudaSource define(CudaSource source, DType dtype) {
        return source.define("TYPE", ALL.indexOf(dtype));
    }
}
