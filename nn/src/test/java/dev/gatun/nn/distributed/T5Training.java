package dev.gatun.nn.distributed;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.distributed.DistributedDataParallel.Options;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.AdamW8bit;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Twenty steps of a small T5 on a batch of eight rows that the ranks share out. */
record T5Training(int stage, boolean eightBit, boolean accumulate, boolean recompute, boolean bfloat16) {
    static final int STEPS = 20;
    /** Adam makes of a gradient that is almost 0, hence all rounding, a step of about this size. */
    private static final double LR = 2e-4;

    private static final int ROWS = 8;
    private static final int VOCABULARY = 64;

    /** What one process makes of the same. */
    T5Training alone() {
        return new T5Training(0, eightBit, false, false, false);
    }

    /**
     * The result: the loss of each step, and all parameters one behind the other.
     *
     * @param memory of this rank, at the end
     */
    record Result(double[] losses, float[] parameters, RankMemory memory) {}

    Result run(ProcessGroup group) {
        Torch.manualSeed(1);
        T5Config config = T5Config.builder()
                .v11()
                .vocab(VOCABULARY)
                .sizes(64, 16, 128, 4)
                .layers(1, 1)
                .dropout(0)
                .build();
        Options options = Options.DEFAULTS
                .withBuckets(16 << 10, 64 << 10)
                .withOp(ReduceOp.SUM)
                .withCommunicationType(bfloat16 ? DType.BFLOAT16 : null);
        try (Scope _ = Scope.open();
                T5 model = new T5(config, DType.FLOAT32);
                DistributedDataParallel ddp = new DistributedDataParallel(model, group, options);
                ZeroOptimizer optimizer = new ZeroOptimizer(optimizer(model), ddp, stage)) {
            model.checkpointing(recompute);
            double[] losses = new double[STEPS];
            for (int step = 0; step < STEPS; step++) {
                try (Scope _ = Scope.open()) {
                    losses[step] = step(model, ddp, group, step);
                    optimizer.clipNorm_(1);
                    optimizer.step();
                    optimizer.zeroGrad();
                }
            }
            return new Result(losses, numbers(model), optimizer.memory());
        }
    }

    private Optimizer optimizer(T5 model) {
        return eightBit ? new AdamW8bit(model.parameters(), LR) : new AdamW(model.parameters(), LR, 0.01);
    }

    private double step(T5 model, DistributedDataParallel ddp, ProcessGroup group, int step) {
        int own = ROWS / group.size();
        int first = own * group.rank();
        Tensor share = Torch.zeros(1);
        if (accumulate) {
            try (var _ = ddp.noSync()) {
                share.add_(backward(model, step, first, own / 2));
            }
            share.add_(backward(model, step, first + own / 2, own / 2));
        } else {
            share.add_(backward(model, step, first, own));
        }
        ddp.finish();
        group.allReduce(share, ReduceOp.SUM).await();
        return share.item().doubleValue();
    }

    /** The rows' share of the loss: their target tokens' over the number of those of all rows. */
    private static Tensor backward(T5 model, int step, int first, int rows) {
        Tensor ids = tokens(step, 12).narrow(0, first, rows);
        Tensor all = tokens(step + 1000, 7);
        Tensor targets = all.narrow(0, first, rows).contiguous();
        Tensor logits = model.forward(
                        T5Input.of(ids, ids.ones_like(), null).withDecoderInput(model.shiftRight(targets), null))
                .logits();
        Tensor share = CrossEntropy.sum(logits, targets, 0).div(CrossEntropy.count(all, 0));
        share.backward();
        return share.detach();
    }

    /** Rows of different lengths, filled with 0. */
    private static Tensor tokens(int step, int width) {
        long[] tokens = new long[ROWS * width];
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < width - row % 4; i++) {
                tokens[row * width + i] = 1 + Math.floorMod(31L * (step % 5) + 7L * row + (long) i * i, VOCABULARY - 1);
            }
        }
        return Tensor.of(tokens, ROWS, width);
    }

    private static float[] numbers(T5 model) {
        try (GradMode _ = Torch.noGrad()) {
            return Torch.cat(model.parameters().stream()
                            .map(parameter -> parameter.get().flatten())
                            .toArray(Tensor[]::new))
                    .toFloatArray();
        }
    }
}
