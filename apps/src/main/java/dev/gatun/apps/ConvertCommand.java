package dev.gatun.apps;

import dev.gatun.nn.checkpoint.WeightFiles;
import dev.gatun.nn.checkpoint.WeightSource;
import dev.gatun.torch.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun convert}: another format, type or number of files for the same weights. */
@Command(
        name = "convert",
        description = "Writes a model's weights, .bin or safetensors, as safetensors of the type and size wanted.",
        footer = {"  gatun convert t5-large t5-large-bf16 --dtype bf16 --max-shard-size 2GB"})
final class ConvertCommand implements Callable<Integer> {
    /** Types of weights by their short names. */
    enum Precision {
        BF16(DType.BFLOAT16),
        FP16(DType.FLOAT16),
        FP32(DType.FLOAT32);

        private final DType dtype;

        Precision(DType dtype) {
            this.dtype = dtype;
        }
    }

    /** Formats that can be written. */
    enum Format {
        SAFETENSORS
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "SOURCE",
            description = "A Hugging Face folder, or a file of weights: *.safetensors, *.bin, or their index.")
    private Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The folder to make.")
    private Path target;

    @Option(names = "--dtype", description = "${COMPLETION-CANDIDATES}; default: as they are.")
    private Precision precision;

    @Option(
            names = "--max-shard-size",
            defaultValue = "50GB",
            converter = ByteSize.class,
            paramLabel = "SIZE",
            description = "The largest a file may be, for example 2GB or 500MiB; default: ${DEFAULT-VALUE}.")
    private long maxShardBytes;

    @Option(names = "--to", defaultValue = "SAFETENSORS", description = "${COMPLETION-CANDIDATES}, the default.")
    private Format format;

    @Override
    public Integer call() throws IOException {
        long begin = System.nanoTime();
        TerminalProgress progress = new TerminalProgress(spec.commandLine().getOut(), null);
        try (WeightSource weights = WeightFiles.open(source)) {
            Conversion conversion =
                    new Conversion(source, weights, precision == null ? null : precision.dtype, progress);
            conversion.write(target, maxShardBytes);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %d tensors, %.1f MB, in %.1f s%n",
                            target,
                            conversion.names().size(),
                            conversion.bytes() / 1e6,
                            (System.nanoTime() - begin) / 1e9);
        }
        return 0;
    }
}
