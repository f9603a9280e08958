package dev.gatun.apps;

import dev.gatun.hart.train.Progress;
import dev.gatun.nn.StateSource;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFolder;
import dev.gatun.nn.checkpoint.WeightSource;
import dev.gatun.nn.t5.T5Weights;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Weights on their way to another folder: one tensor at a time is read, converted and written, so memory holds no more
 * than the largest.
 */
final class Conversion implements StateSource {
    private static final double MEGABYTE = 1e6;

    private final ModelFolder folder;
    private final WeightSource weights;
    private final DType floating;
    private final Progress progress;
    private final Set<String> names;
    private long done;

    /** Of {@code weights} in {@code source}; {@code floating} is the type to give numbers with a fraction, or null. */
    Conversion(Path source, WeightSource weights, DType floating, Progress progress) {
        this.folder = new ModelFolder(source);
        this.weights = weights;
        this.floating = floating;
        this.progress = progress;
        names = new LinkedHashSet<>(weights.names());
        names.removeAll(T5Weights.copies(weights, folder.tiesEmbeddings()));
    }

    /** Makes {@code target}, under another name until it is complete. */
    void write(Path target, long maxShardBytes) throws IOException {
        Path partial = ModelFolder.beside(target);
        try {
            progress.begin("convert", 0, megabytes(bytes()));
            try {
                SafeTensorsFolder.write(partial, this, maxShardBytes);
                folder.copyOthers(partial, floating);
            } finally {
                progress.end();
            }
            ModelFolder.rename(partial, target);
        } finally {
            ModelFolder.delete(partial);
        }
    }

    private static long megabytes(long bytes) {
        return (long) Math.ceil(bytes / MEGABYTE);
    }

    /** How many bytes all tensors will take. */
    long bytes() {
        return names.stream().mapToLong(this::bytes).sum();
    }

    private long bytes(String name) {
        return LongStream.of(shape(name)).reduce(dtype(name).byteSize(), (a, b) -> a * b);
    }

    @Override
    public String describe() {
        return weights.describe();
    }

    @Override
    public Set<String> names() {
        return names;
    }

    @Override
    public long[] shape(String name) {
        return weights.shape(name);
    }

    @Override
    public DType dtype(String name) {
        DType own = weights.dtype(name);
        return floating != null && own.isFloatingPoint() ? floating : own;
    }

    @Override
    public Tensor load(String name) {
        Tensor tensor = Torch.empty(shape(name), dtype(name));
        weights.copyTo(name, tensor);
        requireRange(name, tensor);
        done += bytes(name);
        progress.step(megabytes(done), Double.NaN, Double.NaN);
        return tensor;
    }

    /** Float16 ends at 65504, where the other types go much further. */
    private void requireRange(String name, Tensor converted) {
        if (converted.dtype() == DType.FLOAT16
                && weights.dtype(name) != DType.FLOAT16
                && converted.isinf().any().item().booleanValue()) {
            throw new CheckpointException(
                    Path.of(weights.describe()),
                    "'" + name + "' has numbers beyond float16's range",
                    "convert it to bf16, which has float32's",
                    null);
        }
    }

    @Override
    public boolean fresh() {
        return true;
    }
}
