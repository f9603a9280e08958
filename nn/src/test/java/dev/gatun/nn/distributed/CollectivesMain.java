package dev.gatun.nn.distributed;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.time.Duration;
import java.util.Arrays;

/** A rank that does each collective operation once and writes what it got. */
public final class CollectivesMain {
    private CollectivesMain() {}

    public static void main(String[] args) {
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), Duration.ofSeconds(20));
                Scope _ = Scope.open()) {
            int rank = group.rank();
            int size = group.size();
            for (ReduceOp op : ReduceOp.values()) {
                Tensor x = Tensor.of(new float[] {rank, -rank, 1}, 3);
                group.allReduce(x, op).await();
                System.out.println(op + " " + Arrays.toString(x.toFloatArray()));
            }
            Tensor b = Tensor.of(new long[] {rank, 7}, 2);
            group.broadcast(b, size - 1).await();
            System.out.println("broadcast " + Arrays.toString(b.toLongArray()));
            Tensor all = Torch.zeros(size, 2);
            group.allGather(all, Tensor.of(new float[] {rank, 10 * rank}, 2)).await();
            System.out.println("gather " + Arrays.toString(all.toFloatArray()));
            Tensor part = Torch.zeros(1);
            Tensor whole = Torch.ones(size).mul(rank + 1);
            group.reduceScatter(part, whole, ReduceOp.SUM).await();
            System.out.println("scatter " + part.item());
            group.barrier().await();
        }
    }

    static String expected(int size) {
        int sum = size * (size - 1) / 2;
        int last = size - 1;
        StringBuilder gathered = new StringBuilder();
        for (int rank = 0; rank < size; rank++) {
            gathered.append(rank == 0 ? "" : ", ")
                    .append((float) rank)
                    .append(", ")
                    .append(10f * rank);
        }
        return """
                SUM [%s, %s, %s]
                AVG [%s, %s, 1.0]
                MAX [%s, %s, 1.0]
                MIN [0.0, %s, 1.0]
                broadcast [%d, 7]
                gather [%s]
                scatter %s
                """.formatted(
                        (float) sum,
                        (float) -sum,
                        (float) size,
                        (float) sum / size,
                        (float) -sum / size,
                        (float) last,
                        0f,
                        (float) -last,
                        last,
                        gathered,
                        (double) size * (size + 1) / 2);
    }
}
