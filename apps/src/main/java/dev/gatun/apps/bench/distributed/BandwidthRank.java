package dev.gatun.apps.bench.distributed;

import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.TensorVector;

/**
 * A rank that all-reduces tensors of float32 through the group and through raw Gloo, in turns. Prints for each size the medians
 * of both, in seconds, and the quartiles of raw Gloo's time over the group's of the same round.
 */
final class BandwidthRank {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long MOST = 256L << 20;
    private static final double NANOS = 1e9;
    private static final int QUARTILE = 4;
    private static final int CALLS_A_ROUND = 4; // more rounds are to be longer ones, too
    /** Small tensors take turns more often, since their times scatter more: this many times as often, below this size. */
    private static final int MORE_ROUNDS = 4;

    private static final long SMALL = 8L << 20;

    private BandwidthRank() {}

    /** Takes the number of rounds and the largest size in bytes. */
    public static void main(String[] args) {
        RankProcesses.endWithParent();
        Torch.setNumThreads(1);
        int rounds = Integer.parseInt(args[0]);
        long most = Math.min(MOST, Long.parseLong(args[1]));
        RankInfo info = RankInfo.fromEnvironment();
        try (ProcessGroup group = ProcessGroups.open(info, TIMEOUT)) {
            RawGloo raw = new RawGloo(info, TIMEOUT);
            for (long bytes = 4 << 10; bytes <= most; bytes *= 4) {
                int calls = Math.clamp((2L << 20) / bytes, 1, CALLS_A_ROUND * rounds);
                measure(group, raw, bytes, bytes < SMALL ? MORE_ROUNDS * rounds : rounds, calls);
            }
            group.barrier().await();
        }
        // Threads of Gloo's may still be at it; the process has nothing left to do.
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void measure(ProcessGroup group, RawGloo raw, long bytes, int rounds, int calls) {
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        try (Scope _ = Scope.open();
                TensorVector list =
                        RawGloo.list(Torch.zeros(bytes / Float.BYTES).unscoped())) {
            Tensor tensor = Torch.zeros(bytes / Float.BYTES);
            int warm = Math.max(2, rounds / 4);
            for (int round = -warm; round < rounds; round++) {
                double first = round % 2 == 0 ? group(group, tensor, calls) : raw(group, raw, list, calls);
                double second = round % 2 == 0 ? raw(group, raw, list, calls) : group(group, tensor, calls);
                if (round >= 0) {
                    ours[round] = round % 2 == 0 ? first : second;
                    theirs[round] = round % 2 == 0 ? second : first;
                }
            }
        }
        if (group.rank() == 0) {
            double[] ratios = new double[rounds];
            Arrays.setAll(ratios, round -> theirs[round] / ours[round]);
            Arrays.sort(ratios);
            Arrays.sort(ours);
            Arrays.sort(theirs);
            System.out.printf(
                    Locale.ROOT,
                    "{\"bytes\": %d, \"group\": %.9f, \"raw\": %.9f, \"low\": %.4f, \"ratio\": %.4f, \"high\": %.4f}%n",
                    bytes,
                    ours[rounds / 2],
                    theirs[rounds / 2],
                    ratios[rounds / QUARTILE],
                    ratios[rounds / 2],
                    ratios[rounds - 1 - rounds / QUARTILE]);
            System.out.flush();
        }
    }

    private static double group(ProcessGroup group, Tensor tensor, int calls) {
        group.barrier().await();
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            group.allReduce(tensor, ReduceOp.SUM).await();
        }
        return (System.nanoTime() - begin) / NANOS / calls;
    }

    private static double raw(ProcessGroup group, RawGloo raw, TensorVector tensors, int calls) {
        group.barrier().await();
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            raw.allReduce(tensors);
        }
        return (System.nanoTime() - begin) / NANOS / calls;
    }
}
