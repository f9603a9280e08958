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
    private final boolean mounted;

    private Injector(Path disk, boolean mounted) {
        this.disk = disk;
        this.mounted = mounted;
    }

    /** Makes a small disk of its own at {@code disk} if this user may; an ordinary folder otherwise. */
    static Injector prepare(Path disk) throws IOException, InterruptedException {
        Files.createDirectories(disk);
        boolean mounted = runs("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "tmpfs", disk.toString());
        return new Injector(disk, mounted);
    }

    /** The folder for trainings. */
    Path disk() {
        return disk;
    }

    /** Whether this kind can be done here: a disk of its own needs root. */
    boolean can(FaultKind kind) {
        return kind != FaultKind.FULL || mounted;
    }

    /** Lets it happen to that rank of the session, whose training is in {@code run}; false if there is no such rank now. */
    boolean inject(FaultKind kind, Session session, int rank, Path run) throws IOException, InterruptedException {
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
    // training
    // and then put in its place: between a mount and its remount a rank may open a file, and the remount is refused as
    // busy.
    private boolean protect(Path folder) throws IOException, InterruptedException {
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
    void undo(FaultKind kind, Path run) throws IOException, InterruptedException {
        if (kind == FaultKind.FULL) {
            Files.deleteIfExists(disk.resolve("filler"));
        } else if (kind == FaultKind.READ_ONLY) {
            String folder = run.resolve("checkpoints").toString();
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

    @Override
    public void close() throws IOException {
        try {
            if (mounted) {
                runs("umount", "--lazy", disk.toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
