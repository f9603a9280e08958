package dev.gatun.apps.bench;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** A program that makes one op and says so; with an argument it only says that it started. */
final class FirstOp {
    private FirstOp() {}

    public static void main(String[] args) {
        if (args.length == 0) {
            try (Tensor x = Torch.ones(2, 3);
                    Tensor y = x.add(x)) {
                System.out.println(y.toFloatArray()[0]);
            }
        } else {
            System.out.println("started");
        }
    }
}
