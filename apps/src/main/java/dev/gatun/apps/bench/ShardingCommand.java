package dev.gatun.apps.bench;

import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.Module;
import dev.gatun.nn.distributed.DistributedDataParallel;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankMemory;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.nn.distributed.ZeroOptimizer;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.AdamW8bit;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench sharding}: what training takes on each rank, by stage and kind of optimizer state. */
@Command(
        name = "sharding",
        description = "Tells what parameters, gradients and optimizer state take on each rank.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench sharding --ranks 8",
            "  gatun launch --nproc-per-node 4 -- bench sharding --measure",
            "",
            "The first computes the paper's hypernetworks without memory for them. The second trains a T5 of 13.6 million",
            "parameters for two steps on so many processes, and compares what is computed with what libtorch has allocated",
            "after a step, and with the most that it had during that step, activations included. Figures are those of the rank",
            "that takes most."
        })
final class ShardingCommand implements Callable<Integer> {
    private static final double MB = 1e6;
    private static final double LR = 1e-4;
    private static final int STEPS = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            defaultValue = "8",
            description = "Ranks to compute for. Default: ${DEFAULT-VALUE}.")
    private int ranks;

    @Option(names = "--measure", description = "Train a small model on the ranks of this run instead.")
    private boolean measure;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (measure) {
            try (ProcessGroup group = ProcessGroups.open()) {
                measure(group, out);
            }
        } else {
            compute(out);
        }
        out.flush();
        return 0;
    }

    private static Optimizer optimizer(Module model, boolean eightBit) {
        return eightBit ? new AdamW8bit(model.parameters(), LR) : new AdamW(model.parameters(), LR, 0);
    }

    private void compute(PrintWriter out) {
        out.println("| hypernetwork | state | ranks | stage | parameters, GB | gradients, GB | state, GB | all, GB |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String size : List.of("large", "xl")) {
            T5Config main = T5Config.preset("t5-v1_1-" + size);
            try (Hypernetwork model =
                    new Hypernetwork(HyperConfig.paper(main), TensorOptions.of(DType.FLOAT32, Device.META))) {
                for (boolean eightBit : new boolean[] {false, true}) {
                    for (int stage = 0; stage <= 2; stage++) {
                        RankMemory most = computed(model, eightBit, stage, ranks);
                        out.printf(
                                Locale.ROOT,
                                "| HART, T5-%s | %s | %d | %d | %.2f | %.2f | %.2f | %.2f |%n",
                                size,
                                eightBit ? "8-bit" : "float32",
                                ranks,
                                stage,
                                most.parameters() / 1e9,
                                most.gradients() / 1e9,
                                most.state() / 1e9,
                                most.total() / 1e9);
                    }
                }
            }
        }
    }

    /** That of the rank that takes most. */
    private static RankMemory computed(Module model, boolean eightBit, int stage, int ranks) {
        RankMemory most = null;
        try (Optimizer optimizer = optimizer(model, eightBit)) {
            for (int rank = 0; rank < ranks; rank++) {
                RankMemory its = RankMemory.computed(
                        model, optimizer, DistributedDataParallel.Options.DEFAULTS, stage, rank, ranks);
                most = most == null || its.total() > most.total() ? its : most;
            }
        }
        return most;
    }

    private static void measure(ProcessGroup group, PrintWriter out) {
        T5Config config = T5Config.builder()
                .v11()
                .vocab(8192)
                .sizes(256, 64, 1024, 4)
                .layers(4, 4)
                .dropout(0)
                .build();
        if (group.rank() == 0) {
            out.println("| state | ranks | stage | computed, MB | allocated after a step, MB | most during it, MB |");
            out.println("| --- | --- | --- | --- | --- | --- |");
        }
        for (boolean eightBit : new boolean[] {false, true}) {
            for (int stage = 0; stage <= 2; stage++) {
                long[] bytes = train(config, eightBit, stage, group);
                if (group.rank() == 0) {
                    out.printf(
                            Locale.ROOT,
                            "| %s | %d | %d | %.2f | %.2f | %.2f |%n",
                            eightBit ? "8-bit" : "float32",
                            group.size(),
                            stage,
                            bytes[0] / MB,
                            bytes[1] / MB,
                            bytes[2] / MB);
                }
            }
        }
    }

    /** What one rank should take, what it takes, and the most that it took: the largest of all ranks. */
    private static long[] train(T5Config config, boolean eightBit, int stage, ProcessGroup group) {
        Torch.manualSeed(1);
        long before = Memory.statistics().liveBytes();
        long[] bytes = new long[3];
        try (T5 model = new T5(config, DType.FLOAT32);
                DistributedDataParallel ddp =
                        new DistributedDataParallel(model, group, DistributedDataParallel.Options.DEFAULTS);
                ZeroOptimizer optimizer = new ZeroOptimizer(optimizer(model, eightBit), ddp, stage)) {
            model.checkpointing(true);
            for (int step = 0; step < STEPS; step++) {
                optimizer.zeroGrad();
                Memory.resetPeaks();
                try (Scope _ = Scope.open()) {
                    Tensor ids = Torch.arange(1, 17, DType.INT64)
                            .add(step + 100 * group.rank())
                            .view(1, 16);
                    model.forward(T5Input.of(ids, ids.ones_like(), ids)).loss().backward();
                    ddp.finish();
                }
                optimizer.step();
                bytes[0] = optimizer.memory().total();
                bytes[1] = Memory.statistics().liveBytes() - before;
                bytes[2] = Memory.statistics().peakBytes() - before;
            }
        }
        try (Scope _ = Scope.open()) {
            Tensor most = Tensor.of(bytes, bytes.length);
            group.allReduce(most, ReduceOp.MAX).await();
            return most.toLongArray();
        }
    }
}
