package dev.gatun.torch.leaks;

import dev.gatun.torch.DType;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Leaks tensors and lent memory, says where from, and ends while they live. */
public final class LeakyProgram {
    private static final List<Tensor> LEAKED = new ArrayList<>();

    private LeakyProgram() {}

    public static void main(String[] args) {
        System.setProperty("gatun.debug.tensors", "true");
        for (int i = 0; i < 3; i++) {
            LEAKED.add(Torch.ones(2));
        }
        LEAKED.add(Tensor.wrap(
                Arena.ofShared().allocate(8), DType.INT64, new long[] {1}, () -> System.out.println("freed")));
        System.out.println(Memory.report());
    }
}
