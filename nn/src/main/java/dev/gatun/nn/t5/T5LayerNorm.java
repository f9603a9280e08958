package dev.gatun.nn.t5;

import dev.gatun.nn.Init;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * T5's RMS norm ({@code transformers.T5LayerNorm}): sums are float32 at least, and the result has the weight's type, also
 * where the residual stream is wider than that, as it is in float16 and under autocast. Legend: D model.
 */
final class T5LayerNorm extends Module {
    private final Parameter weight;
    private final double eps;
    private final long[] shape;

    T5LayerNorm(T5Config config, TensorOptions options) {
        weight = registerParameter("weight", Init.constant(config.initializerFactor(), options, config.dModel()));
        eps = config.layerNormEpsilon();
        shape = new long[] {config.dModel()};
    }

    /** [..., D] to [..., D], new, of the weight's type. */
    Tensor forward(Tensor hidden) {
        Tensor scale = weight.get();
        return hidden.dtype() == scale.dtype()
                ? T5Kernels.rmsNorm(hidden, shape, scale, eps)
                : scoped(() -> Torch.rms_norm(hidden, shape, null, eps)
                        .to(scale.dtype())
                        .mul(scale));
    }
}
