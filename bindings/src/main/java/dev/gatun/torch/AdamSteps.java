package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * Steps of Adam and AdamW ({@code torch.optim}) on many parameters at once.
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="adamSteps"}
 */
public final class AdamSteps {
    private static final int TENSORS = 5;

    private AdamSteps() {}

    /**
     * The settings of one step, named as PyTorch's.
     *
     * @param weightDecay for Adam added to the gradient, for AdamW decoupled from it
     */
    public record Settings(double lr, double beta1, double beta2, double weightDecay, double eps) {}

    /**
     * Changes parameters and moments by one step of Adam, in place ({@code _fused_adam_}). Contiguous float32 tensors on the
     * CPU go through a kernel of the shim, all of them spread over the threads together; the result is the same with any
     * number of threads. Others, and all where gradients are recorded, go through libtorch's op.
     *
     * @param params what to change
     * @param grads one for each, of its shape
     * @param expAvgs first moments, of its shape; changed
     * @param expAvgSqs second moments likewise
     * @param steps one float32 scalar for each: the number of this step, from 1
     * @throws IllegalArgumentException if these are not equally many
     * @throws TorchException if tensors do not fit each other
     */
    public static void adam_(
            Tensor[] params, Tensor[] grads, Tensor[] expAvgs, Tensor[] expAvgSqs, Tensor[] steps, Settings settings) {
        if (!step_(false, params, grads, expAvgs, expAvgSqs, steps, settings)) {
            Aten._fused_adam_(
                    params,
                    grads,
                    expAvgs,
                    expAvgSqs,
                    new Tensor[0],
                    steps,
                    settings.lr(),
                    settings.beta1(),
                    settings.beta2(),
                    settings.weightDecay(),
                    settings.eps(),
                    false,
                    false);
        }
    }

    /** The same of AdamW, whose weight decay is decoupled from the gradient ({@code _fused_adamw_}). */
    public static void adamw_(
            Tensor[] params, Tensor[] grads, Tensor[] expAvgs, Tensor[] expAvgSqs, Tensor[] steps, Settings settings) {
        if (!step_(true, params, grads, expAvgs, expAvgSqs, steps, settings)) {
            Aten._fused_adamw_(
                    params,
                    grads,
                    expAvgs,
                    expAvgSqs,
                    new Tensor[0],
                    steps,
                    settings.lr(),
                    settings.beta1(),
                    settings.beta2(),
                    settings.weightDecay(),
                    settings.eps(),
                    false,
                    false);
        }
    }

    /** Whether the shim's kernel took it. */
    private static boolean step_(
            boolean decoupled,
            Tensor[] params,
            Tensor[] grads,
            Tensor[] expAvgs,
            Tensor[] expAvgSqs,
            Tensor[] steps,
            Settings settings) {
        Tensor[][] lists = {params, grads, expAvgs, expAvgSqs, steps};
        Tensor[] all = new Tensor[TENSORS * params.length];
        for (int k = 0; k < TENSORS; k++) {
            if (lists[k].length != params.length) {
                throw new IllegalArgumentException("each of " + params.length
                        + " parameters has a gradient, two moments and a step, but a list has " + lists[k].length);
            }
            for (int i = 0; i < params.length; i++) {
                all[TENSORS * i + k] = lists[k][i];
            }
        }
        Frame f = Frame.begin();
        f.tensors(0, all, "params");
        f.optionalReals(2, new double[] {
            settings.lr(), settings.beta1(), settings.beta2(), settings.weightDecay(), settings.eps()
        });
        f.bool(4, decoupled);
        f.check(CoreRaw.adam_step(f.address()), "AdamSteps");
        return f.readBool(0);
    }
}
