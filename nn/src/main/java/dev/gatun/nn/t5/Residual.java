package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;

/** The residual stream: what each layer adds to. Legend: B batch, T positions, D model. */
final class Residual {
    private static final double FLOAT16_MAX = 65504;
    /** How far below the largest number Hugging Face goes once something has overflowed. */
    private static final double MARGIN = 1000;

    private Residual() {}

    /** {@code delta} + {@code hidden}, both [B, T, D], of the wider type; {@code delta} must not be needed any more. */
    static Tensor add(Tensor delta, Tensor hidden) {
        // In place where types allow: nobody needs the product of the last projection, neither forwards nor backwards.
        return delta.dtype() == hidden.dtype() ? delta.add_(hidden) : delta.add(hidden);
    }

    /** {@code hidden} with float16's infinities brought back to finite numbers; frees it if the result is another one. */
    static Tensor clamped(Tensor hidden) {
        if (hidden.dtype() != DType.FLOAT16) {
            return hidden;
        }
        try (hidden;
                Scope scope = Scope.open()) {
            // On the device, for the program must not wait for it.
            Tensor overflown = hidden.isinf().any().to(DType.FLOAT16);
            Tensor limit = overflown.mul(-MARGIN).add(FLOAT16_MAX);
            return scope.promote(hidden.clamp(limit.neg(), limit));
        }
    }
}
