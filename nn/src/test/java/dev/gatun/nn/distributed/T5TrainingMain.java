package dev.gatun.nn.distributed;

import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A rank that trains in all ways, one after another, and saves what came of each: in which folder, from which way on. */
public final class T5TrainingMain {
    /** All stages, both kinds of state, with and without accumulation and checkpointing, in few runs. */
    static final List<T5Training> WAYS = List.of(
            new T5Training(0, false, false, false, false),
            new T5Training(0, true, false, false, false),
            new T5Training(2, false, false, false, true),
            new T5Training(1, true, true, true, false),
            new T5Training(0, false, true, true, false),
            new T5Training(1, false, true, true, false),
            new T5Training(2, false, true, true, false),
            new T5Training(2, true, true, true, false));

    private T5TrainingMain() {}

    public static void main(String[] args) {
        Torch.setNumThreads(1);
        try (ProcessGroup group = ProcessGroups.open(RankInfo.fromEnvironment(), Duration.ofSeconds(30));
                Scope _ = Scope.open()) {
            for (int i = Integer.parseInt(args[1]); i < WAYS.size(); i++) {
                T5Training.Result result = WAYS.get(i).run(group);
                SafeTensorsWriter.write(
                        Path.of(args[0], i + "-" + group.rank()),
                        Map.of(
                                "losses", Tensor.of(result.losses(), result.losses().length),
                                "parameters", Tensor.of(result.parameters(), result.parameters().length)),
                        Map.of("memory", result.memory().toString()));
            }
            group.barrier().await();
        }
    }
}
