package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Linear layers applied to few vectors at a time, as generating text does.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="fewRows"}
 */
public final class FewRows {
    /** Measured: up to here the shim's own loop is the fastest, and from {@link #MOST_COLUMNS} on BLAS's usual way. */
    private static final int MOST_ROWS = 16;

    private static final int MOST_COLUMNS = 48;

    private FewRows() {}

    /**
     * x Wᵀ, like {@link Torch#linear(Tensor, Tensor)} ({@code torch.nn.functional.linear}) and with its numbers but for the
     * order of summation. Without grad mode, at most 16 contiguous float32 vectors on the CPU go through W as it is read
     * once, which is up to three times faster than BLAS, which packs W first; up to 48 are computed as (W xᵀ)ᵀ, which is up
     * to twice as fast. Elsewhere it is that op.
     *
     * @param input [..., in]
     * @param weight [out, in]
     * @return [..., out], new
     * @throws TorchException if the shapes or types do not fit
     */
    public static Tensor linear(Tensor input, Tensor weight) {
        Frame f = Frame.begin();
        f.tensor(0, input, "input");
        f.tensor(1, weight, "weight");
        f.integer(2, MOST_ROWS);
        f.check(CoreRaw.linear_few_rows(f.address()), "FewRows.linear");
        if (f.readInteger(0) != 0) {
            return f.newTensor(0);
        }
        return Torch.isGradEnabled() || !isNarrow(input, weight) ? Torch.linear(input, weight) : turned(input, weight);
    }

    private static boolean isNarrow(Tensor input, Tensor weight) {
        if (input.dim() < 2 || weight.dim() != 2 || input.size(-1) != weight.size(1) || weight.size(1) == 0) {
            return false;
        }
        long rows = input.numel() / weight.size(1);
        return rows > MOST_ROWS
                && rows <= MOST_COLUMNS
                && input.dtype() == DType.FLOAT32
                && weight.dtype() == DType.FLOAT32
                && input.device().equals(Device.CPU)
                && weight.device().equals(Device.CPU);
    }

    private static Tensor turned(Tensor input, Tensor weight) {
        long[] shape = input.shape();
        shape[shape.length - 1] = weight.size(0);
        try (Scope scope = Scope.open()) {
            Tensor columns = input.reshape(-1, weight.size(1)).t();
            return scope.promote(weight.mm(columns).t().contiguous().view(shape));
        }
    }
}
