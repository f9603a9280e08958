package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.ProcessGroup;
import dev.gatun.nn.distributed.ProcessGroups;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A rank that adds its number to everybody else's and prints the sum: once, or more often before the first restart. */
public final class SummingRank {
    private SummingRank() {}

    /** The command line of such a rank. */
    static List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SummingRank.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** With an argument: that many times before the first restart, and a sleep after each. */
    public static void main(String[] args) throws InterruptedException {
        boolean once = args.length == 0 || RankInfo.fromEnvironment().restartCount() > 0;
        int rounds = once ? 1 : Integer.parseInt(args[0]);
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), Duration.ofSeconds(5));
                Scope _ = Scope.open()) {
            for (int i = 0; i < rounds; i++) {
                Tensor sum = Tensor.of(new float[] {group.rank() + 1}, 1);
                group.allReduce(sum, ReduceOp.SUM).await();
                System.out.println("sum " + sum.toFloatArray()[0]);
                Thread.sleep(once ? 0 : 100);
            }
        } catch (RuntimeException e) {
            ErrorFile.write(e);
            throw e;
        }
    }
}
