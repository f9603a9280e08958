package dev.gatun.nn.distributed;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.time.Duration;

/** A rank that reduces again and again, of which one does something else when its turn comes. */
public final class StepsMain {
    private static final int STEPS = 1_000_000;

    private StepsMain() {}

    /** Arguments: the timeout in milliseconds, the rank that misbehaves, the step at which, and how. */
    public static void main(String[] args) throws Exception {
        Duration timeout = Duration.ofMillis(Long.parseLong(args[0]));
        int culprit = Integer.parseInt(args[1]);
        int when = Integer.parseInt(args[2]);
        long start = System.nanoTime();
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), timeout);
                Scope _ = Scope.open()) {
            var x = Torch.ones(1024);
            for (int step = 0; step < STEPS; step++) {
                if (group.rank() == culprit && step == when) {
                    misbehave(args[3], group);
                }
                start = System.nanoTime();
                group.allReduce(x, ReduceOp.AVG).await();
                if (step == 0) {
                    System.out.println("under way");
                }
                Thread.sleep(1);
            }
        } catch (DistributedException e) {
            System.out.println("after " + (System.nanoTime() - start) / 1_000_000 + " ms, at fault " + e.ranks() + ": "
                    + e.getMessage());
            System.exit(3);
        }
    }

    private static void misbehave(String how, ProcessGroup group) throws InterruptedException {
        switch (how) {
            case "sleep" -> Thread.sleep(Long.MAX_VALUE);
            case "halt" -> Runtime.getRuntime().halt(137);
            case "exit" -> System.exit(0);
            case "leave" -> leave(group);
            default -> throw new IllegalArgumentException(how);
        }
    }

    /** Ends well with operations under way. */
    private static void leave(ProcessGroup group) {
        for (int i = 0; i < 5; i++) {
            group.allReduce(Torch.ones(1024), ReduceOp.AVG);
        }
        group.close();
        System.exit(0);
    }
}
