package dev.gatun.nn.optim;

/**
 * Settings of one parameter that differ from its optimizer's ({@code override_config}); what is null does not differ. A
 * learning rate given here is not scheduled.
 *
 * @param optimBits 8, or 32 for float32 state
 * @param lr the learning rate
 * @param beta1 averaging of gradients
 * @param beta2 averaging of squared gradients
 * @param eps added to the denominator
 * @param weightDecay decoupled weight decay
 */
public record Override8bit(Integer optimBits, Double lr, Double beta1, Double beta2, Double eps, Double weightDecay) {
    /** Everything as the optimizer has it. */
    public static final Override8bit NONE = new Override8bit(null, null, null, null, null, null);

    /** Float32 state, which bitsandbytes advises for embeddings. */
    public static final Override8bit FLOAT32_STATE = new Override8bit(32, null, null, null, null, null);

    /** Checks the bits. */
    public Override8bit {
        if (optimBits != null && optimBits != 8 && optimBits != 32) {
            throw new IllegalArgumentException("state has 8 or 32 bits, not " + optimBits);
        }
    }

    int bits(int usual) {
        return optimBits == null ? usual : optimBits;
    }

    double lr(double usual) {
        return lr == null ? usual : lr;
    }

    double beta1(double usual) {
        return beta1 == null ? usual : beta1;
    }

    double beta2(double usual) {
        return beta2 == null ? usual : beta2;
    }

    double eps(double usual) {
        return eps == null ? usual : eps;
    }

    double weightDecay(double usual) {
        return weightDecay == null ? usual : weightDecay;
    }
}
