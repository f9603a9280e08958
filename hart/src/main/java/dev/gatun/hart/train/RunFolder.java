package dev.gatun.hart.train;

import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A training run on disk. One process at a time may write to it, which a lock file sees to.
 *
 * <ul>
 *   <li>{@code config.yaml}: the recipe as it was run
 *   <li>{@code vocabulary.json}: the pieces the run's vocabulary keeps, if it is cut
 *   <li>{@code metrics.jsonl}: a line for each logged step
 *   <li>{@code events/}: the same for TensorBoard; {@code environment.json}: libtorch, threads and Java of the last start
 *   <li>{@code checkpoints/}: from which it resumes
 *   <li>{@code ranks/N/metrics.jsonl}: the steps as rank N saw them, where several processes train together
 *   <li>{@code main/}: the main model, a Hugging Face folder; {@code hyper/}: the trained hypernetwork
 *   <li>{@code evaluation.json}, {@code evaluation.txt}, {@code predictions.jsonl}: what it achieved; {@code official_*.jsonl}:
 *       its answers and the references as the official scorers read them
 *   <li>{@code attention.json}: Figure 1, of systems whose layers look at each other
 *   <li>{@code report.html}: all of it for a browser
 * </ul>
 */
public final class RunFolder implements AutoCloseable {
    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean made;

    private RunFolder(Path path, FileChannel lockFile, FileLock lock, boolean made) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.made = made;
    }

    /** Makes the folder of a new run. Throws {@link RunException} if it holds one already, or cannot be written. */
    public static RunFolder create(Path path, RunConfig config) {
        if (Files.exists(path.resolve("config.yaml"))) {
            throw new RunException(path + " holds a run already: resume it with --resume, or choose another folder");
        }
        RunFolder folder = open(path, true);
        folder.write("config.yaml", Recipes.write(config));
        return folder;
    }

    /** Opens the folder of an existing run for writing. Throws {@link RunException} if it is none, or is in use. */
    public static RunFolder open(Path path) {
        requireRun(path);
        return open(path, false);
    }

    /**
     * The same for a run that was begun with {@code config}.
     *
     * @throws RunException also if it was begun with another configuration
     */
    public static RunFolder open(Path path, RunConfig config) {
        requireRun(path);
        List<String> saved = Recipes.write(config(path)).lines().toList();
        List<String> given = Recipes.write(config).lines().toList();
        for (int i = 0; i < saved.size(); i++) {
            if (!saved.get(i).equals(given.get(i))) {
                throw new RunException(path + " holds a run of another configuration: its config.yaml has '"
                        + saved.get(i).strip() + "' where this one has '"
                        + given.get(i).strip() + "': give the settings it was begun with, or choose another folder");
            }
        }
        return open(path, false);
    }

    /** The folder of a run that another process has opened for this one too: rank 0's, for the other ranks. */
    public static RunFolder ofRankZero(Path path) {
        return new RunFolder(path, null, null, false);
    }

    /** The configuration of the run at {@code path}, without locking it. */
    public static RunConfig config(Path path) {
        requireRun(path);
        return Recipes.read(path.resolve("config.yaml").toString(), List.of());
    }

    private static void requireRun(Path path) {
        if (!Files.isRegularFile(path.resolve("config.yaml"))) {
            throw new RunException(
                    path + " is no run folder (it has no config.yaml): give the folder that `gatun train`"
                            + " printed, such as runs/sni-mini");
        }
    }

    private static RunFolder open(Path path, boolean create) {
        boolean made = create && Files.notExists(path);
        try {
            if (create) {
                Files.createDirectories(path.resolve("checkpoints"));
            }
            FileChannel file =
                    FileChannel.open(path.resolve("run.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(file);
            if (lock == null) {
                file.close();
                throw new RunException(path + " is in use by another process: wait for it, or choose another folder");
            }
            return new RunFolder(path, file, lock, made);
        } catch (IOException e) {
            throw new RunException("cannot write to the run folder " + path + ": " + e.getMessage(), e);
        }
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process holds it
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** A file or folder in it. */
    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Writes a text file whole: beside, then renamed. */
    public void write(String name, String text) {
        Path target = path.resolve(name);
        Path beside = path.resolve(name + ".tmp");
        try {
            Files.writeString(beside, text);
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new RunException(
                    "cannot write " + target + ": " + e.getMessage()
                            + "; what was saved before is untouched: make room and resume",
                    e);
        }
    }

    /**
     * Takes back the making of a run that never began: what was made for it goes. Does nothing once there is a step's metrics or
     * a model, or if the folder was there before this object made the run.
     */
    public void discard() {
        if (!made || Files.exists(path.resolve("metrics.jsonl")) || Files.exists(path.resolve("main"))) {
            return;
        }
        Checkpoints.deleteQuietly(path);
    }

    @Override
    public void close() {
        if (lock == null) {
            return;
        }
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new RunException("cannot release " + path.resolve("run.lock") + ": " + e.getMessage(), e);
        }
    }
}
