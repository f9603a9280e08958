package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.time.Duration;

/** A rank that adds its number to everybody else's, prints the sum, and goes on in rounds if it has an argument. */
public final class SummingRank {
    private SummingRank() {}

    /** With an argument: that many rounds, between which it sleeps. */
    public static void main(String[] args) throws InterruptedException {
        int rounds = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), Duration.ofSeconds(5));
                Scope _ = Scope.open()) {
            for (int i = 0; i < rounds; i++) {
                Tensor sum = Tensor.of(new float[] {group.rank() + 1}, 1);
                group.allReduce(sum, ReduceOp.SUM).await();
                System.out.println("sum " + sum.toFloatArray()[0]);
                Thread.sleep(rounds > 1 ? 100 : 0);
            }
        } catch (RuntimeException e) {
            ErrorFile.write(e);
            throw e;
        }
    }
}
