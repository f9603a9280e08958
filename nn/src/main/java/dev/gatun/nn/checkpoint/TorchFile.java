package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A state dict that {@code torch.save} wrote, such as {@code pytorch_model.bin}: a zip file, or PyTorch's format before 1.6.
 * Such files are Python programs. This reader runs none: it understands what a dictionary of tensors consists of, and
 * refuses, by name, a file that asks for anything else. Usable from several threads until closed.
 */
public final class TorchFile implements WeightSource {
    static final int MAGIC_BYTES = LegacyTorchArchive.MAGIC.length;
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final String REMEDY = "give a state dict as torch.save writes it, or a safetensors file";

    private final Path file;
    private final TorchArchive archive;
    private final Map<String, TorchTensor> tensors = new LinkedHashMap<>();

    /**
     * Opens {@code file} and reads its pickle.
     *
     * @throws CheckpointException if it is missing or damaged, or does anything but describe a dictionary of tensors
     */
    public TorchFile(Path file) {
        this.file = file;
        TorchArchive opened = null;
        try {
            byte[] begin = LegacyTorchArchive.beginning(file);
            archive = opened = isZip(begin) ? new ZipTorchArchive(file) : new LegacyTorchArchive(file);
            readNames(archive.root());
            opened = null;
        } catch (PickleException e) {
            throw new CheckpointException(file, e.getMessage(), REMEDY, e);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", "check the path", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException(file, "cannot be read (" + e.getMessage() + ")", REMEDY, e);
        } finally {
            closeQuietly(opened);
        }
    }

    /** Whether a file that begins like this is one of PyTorch's. */
    static boolean isOne(byte[] begin) {
        return isZip(begin) || Arrays.equals(begin, LegacyTorchArchive.MAGIC);
    }

    private static boolean isZip(byte[] begin) {
        return begin.length >= ZIP.length && Arrays.equals(begin, 0, ZIP.length, ZIP, 0, ZIP.length);
    }

    private void readNames(Object root) {
        if (!(root instanceof Map<?, ?> items)) {
            throw new PickleException("it is not a dictionary of tensors");
        }
        items.forEach((name, value) -> {
            if (!(name instanceof String key) || !(value instanceof TorchTensor tensor)) {
                throw new PickleException("its entry '" + name + "' is not a named tensor");
            }
            tensors.put(key, tensor);
        });
    }

    @Override
    public String describe() {
        return file.toString();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public long[] shape(String name) {
        return tensor(name).shape().clone();
    }

    @Override
    public DType dtype(String name) {
        return tensor(name).storage().dtype();
    }

    /**
     * Reads one tensor: a new one on the CPU, in the current scope, row-major.
     *
     * @throws CheckpointException if there is none of that name, or its storage is damaged
     */
    @Override
    public Tensor load(String name) {
        Tensor tensor = Torch.empty(shape(name), dtype(name));
        copyTo(name, tensor);
        return tensor;
    }

    @Override
    public void copyTo(String name, Tensor target) {
        TorchTensor tensor = tensor(name);
        DType dtype = tensor.storage().dtype();
        try (InputStream in = archive.open(tensor.storage(), tensor.offset() * dtype.byteSize())) {
            if (tensor.isContiguous()) {
                ElementReader.fill(target, dtype, (memory, _) -> TorchArchive.readFully(in, memory));
                return;
            }
            try (Scope _ = Scope.open();
                    GradMode _ = Torch.noGrad()) {
                Tensor flat = Torch.empty(new long[] {tensor.extent()}, dtype);
                ElementReader.fill(flat, dtype, (memory, _) -> TorchArchive.readFully(in, memory));
                target.copy_(flat.as_strided(tensor.shape(), tensor.strides()));
            }
        } catch (PickleException e) {
            throw new CheckpointException(file, e.getMessage(), REMEDY, e);
        } catch (EOFException e) {
            throw new CheckpointException(file, "ends within '" + name + "' (truncated?)", REMEDY, e);
        } catch (IOException e) {
            throw new CheckpointException(file, "'" + name + "' cannot be read (" + e + ")", REMEDY, e);
        }
    }

    /** {@inheritDoc} Tied weights are, without a look at them: they share their storage in such files. */
    @Override
    public boolean same(String first, String second) {
        return tensor(first).sameElements(tensor(second)) || WeightSource.super.same(first, second);
    }

    private TorchTensor tensor(String name) {
        TorchTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(
                    file, "has no tensor '" + name + "'", "it has " + String.join(", ", tensors.keySet()), null);
        }
        return tensor;
    }

    @Override
    public void close() {
        closeQuietly(archive);
    }

    private static void closeQuietly(TorchArchive archive) {
        try {
            if (archive != null) {
                archive.close();
            }
        } catch (IOException _) {
            // Nothing was written, so nothing is lost.
        }
    }
}
