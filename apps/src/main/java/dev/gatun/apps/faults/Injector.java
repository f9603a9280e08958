package dev.gatun.apps.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Does to a running training what {@link FaultKind} says, from outside, and takes it back. */
final class Injector implements AutoCloseable {
    private static final int DISK_MEGABYTES = 96;
    private static final long QUOTA_BYTES = 8 << 10;

    private final Path disk;
    private boolean mounted;
    private boolean closed;
    private Path unwritable;

    /** Does nothing yet to {@code disk}. */
    Injector(Path disk) {
        this.disk = disk;
    }

    /** Makes a small disk of its own if this user may; an ordinary folder otherwise. */
    synchronized void prepare() throws IOException, InterruptedException {
        Files.createDirectories(disk);
        mounted =
                !closed && runs("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "tmpfs", disk.toString());
    }

    /** The folder for trainings. */
    Path disk() {
        return disk;
    }

    /** Whether this kind can be done here: a disk of its own needs root. */
    synchronized boolean can(FaultKind kind) {
        return kind != FaultKind.FULL || mounted;
    }

    /**
     * Lets it happen to that rank of the session, whose training is in {@code run}; false if there is no such rank now, or this
     * is closed.
     */
    synchronized boolean inject(FaultKind kind, Session session, int rank, Path run)
            throws IOException, InterruptedException {
        if (closed) {
            return false;
        }
        if (kind.isFromInside()) {
            return true; // the rank has been told
        }
        long launcher = session.launcher().pid();
        ProcessHandle process = session.rank(rank).orElse(null);
        if (process == null && (kind.isOfRank() || kind == FaultKind.QUOTA)) {
            return false;
        }
        return switch (kind) {
            case KILL -> signal("KILL", process.pid());
            case STOP -> signal("STOP", process.pid());
            case LAUNCHER -> signal("KILL", launcher);
            case TERMINATE -> signal("TERM", launcher);
            case FULL -> fill();
            case QUOTA ->
                runs("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + QUOTA_BYTES + ":" + QUOTA_BYTES);
            case READ_ONLY -> protect(run.resolve("checkpoints"));
            case EXCEPTION, EXIT -> throw new IllegalArgumentException(kind + " comes from inside");
        };
    }

    private static boolean signal(String name, long pid) throws IOException, InterruptedException {
        return runs("kill", "-s", name, Long.toString(pid));
    }

    private boolean fill() throws IOException {
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            return true; // it is full
        }
    }

    // Root may write in spite of permissions, so for root it is a mount that is read-only. It is made so beside the
    // training and then put in its place: between a mount and its remount a rank may open a file, and the remount is
    // refused as busy.
    synchronized boolean protect(Path folder) throws IOException, InterruptedException {
        if (closed) {
            return false;
        }
        unwritable = folder;
        if (!mounted) {
            return runs("chmod", "a-w", folder.toString());
        }
        String beside = Files.createDirectories(disk.resolve("read-only")).toString();
        if (!runs("mount", "--bind", folder.toString(), beside)) {
            return false;
        }
        try {
            return runs("mount", "-o", "remount,bind,ro", beside) && runs("mount", "--bind", beside, folder.toString());
        } finally {
            runs("umount", beside);
        }
    }

    /** Takes back what was done to the disk. */
    synchronized void undo(FaultKind kind) throws IOException, InterruptedException {
        if (closed) {
            return;
        }
        if (kind == FaultKind.FULL) {
            Files.deleteIfExists(disk.resolve("filler"));
        } else if (kind == FaultKind.READ_ONLY) {
            String folder = unwritable.toString();
            unwritable = null;
            if (!runs(mounted ? List.of("umount", "--lazy", folder) : List.of("chmod", "u+w", folder))) {
                throw new IOException(folder + " could not be made writable again");
            }
        }
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        return runs(List.of(command));
    }

    private static boolean runs(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** Takes back all that was done; nothing more can be done afterwards. A second call finds nothing to do. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (mounted) {
                runs("umount", "--lazy", disk.toString()); // with what is mounted below it
            } else if (unwritable != null) {
                runs("chmod", "u+w", unwritable.toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
