package dev.gatun.apps.bench.load;

import dev.gatun.apps.bench.ProcessMemory;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;

/** Loads a checkpoint in this process, and looks at the clock and at the kernel's books. */
final class LoadWorker {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final long TOKENS = 16;

    private LoadWorker() {}

    static LoadMeasurement measure(LoadWay way, Path checkpoint) throws IOException {
        Torch.ones(1).close(); // libtorch is there, and not part of loading
        long before = ProcessMemory.bytes(ProcessMemory.RESIDENT);
        long begin = System.nanoTime();
        try (T5 model = way.load(checkpoint)) {
            long loaded = System.nanoTime();
            long peak = ProcessMemory.bytes(ProcessMemory.PEAK);
            use(model);
            long used = System.nanoTime();
            return new LoadMeasurement(
                    (loaded - begin) / NANOS_PER_MILLI,
                    (used - loaded) / NANOS_PER_MILLI,
                    before,
                    peak,
                    ProcessMemory.bytes(ProcessMemory.PEAK),
                    ProcessMemory.bytes(ProcessMemory.ANONYMOUS));
        }
    }

    private static void use(T5 model) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            model.eval();
            Tensor ids = Torch.ones(new long[] {1, TOKENS}, DType.INT64);
            model.loss(T5Input.of(ids, null, ids)).item();
        }
    }
}
