package dev.gatun.apps.bench.distributed;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Sequential;
import dev.gatun.nn.activation.ReLU;
import dev.gatun.nn.distributed.DistributedDataParallel;
import dev.gatun.nn.distributed.DistributedDataParallel.Options;
import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A rank that trains layers of one size with {@link DistributedDataParallel}: in turns without communication, with it after
 * the backward pass, and with it during the backward pass. Prints a line a round, in seconds.
 */
final class OverlapRank {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int WARM = 2;
    private static final double NANOS = 1e9;

    private OverlapRank() {}

    /** Takes the number of layers, their width, the rows of a batch, the bytes of a bucket, and rounds. */
    public static void main(String[] args) {
        RankProcesses.endWithParent();
        Torch.setNumThreads(1);
        Torch.manualSeed(1);
        int layers = Integer.parseInt(args[0]);
        long width = Long.parseLong(args[1]);
        long rows = Long.parseLong(args[2]);
        long bucket = Long.parseLong(args[3]);
        int rounds = Integer.parseInt(args[4]);
        Options options = Options.DEFAULTS.withBuckets(Math.min(bucket, 1 << 20), bucket);
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), TIMEOUT);
                Scope _ = Scope.open();
                Sequential model = model(layers, width);
                Sequential other = model(layers, width);
                DistributedDataParallel overlapping = new DistributedDataParallel(model, group, options);
                DistributedDataParallel after = new DistributedDataParallel(other, group, options.withOverlap(false))) {
            Tensor input = Torch.randn(rows, width);
            for (int round = -WARM; round < rounds; round++) {
                double[] alone = step(group, model, overlapping, input, false);
                double[] on = step(group, model, overlapping, input, true);
                double[] off = step(group, other, after, input, true);
                if (round >= 0 && group.rank() == 0) {
                    System.out.printf(
                            Locale.ROOT,
                            "{\"forward\": %.6f, \"alone\": %.6f, \"on\": %.6f, \"off\": %.6f}%n",
                            alone[0],
                            alone[1],
                            on[1],
                            off[1]);
                    System.out.flush();
                }
            }
            group.barrier().await();
        }
        Runtime.getRuntime().halt(0);
    }

    private static Sequential model(int layers, long width) {
        List<Layer> all = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            all.add(new Linear(width, width));
            all.add(new ReLU());
        }
        return new Sequential(all.toArray(Layer[]::new));
    }

    /** Seconds of forward, and of the step up to the reduced gradients. All ranks begin together. */
    private static double[] step(
            ProcessGroup group, Sequential model, DistributedDataParallel ddp, Tensor input, boolean communicate) {
        model.zeroGrad();
        group.barrier().await();
        try (Scope _ = Scope.open();
                DistributedDataParallel.NoSync _ = communicate ? () -> {} : ddp.noSync()) {
            long begin = System.nanoTime();
            Tensor loss = model.forward(input).square().mean();
            long middle = System.nanoTime();
            loss.backward();
            if (communicate) {
                ddp.finish();
            }
            long end = System.nanoTime();
            return new double[] {(middle - begin) / NANOS, (end - begin) / NANOS};
        }
    }
}
