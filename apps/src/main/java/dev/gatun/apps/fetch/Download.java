package dev.gatun.apps.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Fetches one file. It grows beside its name as {@code NAME.part}, with {@code NAME.part.etag} telling which version of it
 * that is, and gets its name when size and hash are right. A download that broke goes on where it ended, if the server can
 * do that and still has the same version; a server that fails is asked again after ever longer pauses.
 */
final class Download {
    private static final int ATTEMPTS = 6;
    private static final int BUFFER = 1 << 16;

    /** Told how many bytes are there, of how many (-1: nobody knows). */
    interface Watcher {
        void bytes(long there, long all);
    }

    private final Web web;
    private final Duration pause;
    private final Watcher watcher;
    private final Consumer<String> messages;

    /** Downloads through {@code web} that wait for {@code pause} before the second attempt, twice that before the third. */
    Download(Web web, Duration pause, Watcher watcher, Consumer<String> messages) {
        this.web = web;
        this.pause = pause;
        this.watcher = watcher;
        this.messages = messages;
    }

    /** A disk that does not take what came: no server can help. */
    private static final class DiskException extends UncheckedIOException {
        private static final long serialVersionUID = 1L;

        DiskException(IOException cause) {
            super(cause);
        }
    }

    /** A failure that may be over in a while. */
    private static final class Passing extends IOException {
        private static final long serialVersionUID = 1L;
        private final long waitSeconds;

        Passing(String message, long waitSeconds) {
            super(message);
            this.waitSeconds = waitSeconds;
        }
    }

    /**
     * Fetches {@code file} to {@code target}, which is not there yet.
     *
     * @return the file with the size and hash that it was checked against
     * @throws FetchException if it cannot be had, or is not what it should be
     */
    RemoteFile to(RemoteFile file, Path target) throws InterruptedException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        RemoteFile known = file;
        boolean again = false;
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            while (true) {
                boolean resumed = Files.exists(part);
                known = fill(known, part);
                String wrong = Checks.difference(known, part);
                if (wrong.isEmpty()) {
                    break;
                }
                // A part that is whole but wrong can never become right, so it goes.
                discard(part);
                if (!resumed || again) {
                    throw new FetchException(file.uri() + " is not what it should be: " + wrong
                            + "; it was deleted: try again, or another --base-url");
                }
                again = true;
                messages.accept(file.name() + ": " + wrong + "; starting over");
            }
            Files.deleteIfExists(etagOf(part));
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return known;
        } catch (DiskException e) {
            throw disk(part, e.getCause());
        } catch (IOException e) {
            throw disk(part, e);
        }
    }

    private static FetchException disk(Path part, IOException e) {
        return new FetchException(
                "cannot write " + part + ": " + e.getMessage()
                        + "; what is there stays: make room and call the same command again",
                e);
    }

    private static void discard(Path part) throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(etagOf(part));
    }

    private static Path etagOf(Path part) {
        return part.resolveSibling(part.getFileName() + ".etag");
    }

    /** Makes {@code part} whole, in as many attempts as get on. */
    private RemoteFile fill(RemoteFile file, Path part) throws IOException, InterruptedException {
        RemoteFile known = file;
        for (int failures = 0; ; ) {
            long before = Files.exists(part) ? Files.size(part) : 0;
            try {
                return attempt(known, part);
            } catch (IOException e) {
                boolean further = Files.exists(part) && Files.size(part) > before;
                failures = further ? 1 : failures + 1;
                if (failures >= ATTEMPTS) {
                    throw new FetchException(
                            file.uri() + " cannot be had: " + reason(e) + " (" + ATTEMPTS
                                    + " attempts; what is there stays: the same command goes on from it)",
                            e);
                }
                long asked = e instanceof Passing passing ? passing.waitSeconds : 0;
                Duration wait = max(Duration.ofSeconds(asked), pause.multipliedBy(1L << (failures - 1)));
                messages.accept(file.name() + ": " + reason(e) + "; trying again in " + wait.toSeconds() + " s");
                Thread.sleep(wait);
            }
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private RemoteFile attempt(RemoteFile file, Path part) throws IOException, InterruptedException {
        long there = Files.exists(part) ? Files.size(part) : 0;
        String etag = Files.exists(etagOf(part)) ? Files.readString(etagOf(part)) : "";
        // Without a hash to find out in the end, only an ETag tells that both halves are of the same file.
        boolean resume = there > 0 && (!etag.isEmpty() || !file.sha256().isEmpty());
        if (resume && there == file.size()) {
            return file;
        }
        Map<String, String> headers = new HashMap<>();
        if (resume) {
            headers.put("Range", "bytes=" + there + "-");
            if (!etag.isEmpty()) {
                headers.put("If-Range", etag);
            }
        }
        try (Web.Answer answer = web.get(file.uri(), headers)) {
            if (answer.status() == 416 && resume) {
                discard(part);
                throw new Passing("the server has less of it than we", 0);
            }
            refuse(file, answer);
            boolean goesOn =
                    answer.status() == 206 && answer.header("Content-Range").startsWith("bytes " + there + "-");
            if (answer.status() == 206 && !goesOn) {
                discard(part);
                throw new Passing("the server sent another range than asked for", 0);
            }
            long begin = goesOn ? there : 0;
            long length = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            RemoteFile known = file.told(
                    answer.linkedSize() >= 0 ? answer.linkedSize() : length < 0 ? -1 : begin + length,
                    answer.linkedHash().isEmpty() ? Web.sha256(answer.header("ETag")) : answer.linkedHash(),
                    "the server's ETag");
            Checks.room(part, known.size() - begin);
            save(answer, known, part, begin);
            return known;
        }
    }

    private static void refuse(RemoteFile file, Web.Answer answer) throws IOException {
        int status = answer.status();
        if (status == 200 || status == 206) {
            return;
        }
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            String wait = answer.header("Retry-After");
            throw new Passing("the server answers " + status, wait.matches("\\d{1,4}") ? Long.parseLong(wait) : 0);
        }
        String hint = switch (status) {
            case 401, 403 -> ": it is not public, or the proxy does not let it through";
            case 404, 410 -> ": it is not there (any more); a mirror can be named with --base-url";
            default -> "";
        };
        throw new FetchException(file.uri() + " cannot be had, the server answers " + status + hint);
    }

    private void save(Web.Answer answer, RemoteFile file, Path part, long begin) throws IOException {
        String etag = answer.header("ETag");
        try (FileChannel out = open(part, begin);
                StallGuard guard = new StallGuard(answer.body(), web.patience())) {
            // A weak ETag does not promise the same bytes.
            if (!etag.isEmpty() && !etag.startsWith("W/")) {
                onDisk(() -> Files.writeString(etagOf(part), etag));
            } else {
                onDisk(() -> Files.deleteIfExists(etagOf(part)));
            }
            long there = copy(answer.body(), out, begin, file.size(), guard);
            onDisk(() -> out.force(true));
            if (there < file.size()) {
                throw new Passing("the connection ended after " + there + " of " + file.size() + " bytes", 0);
            }
        }
    }

    private long copy(InputStream in, FileChannel out, long begin, long size, StallGuard guard) throws IOException {
        long there = begin;
        byte[] buffer = new byte[BUFFER];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                onDisk(() -> {
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                });
                there += n;
                guard.alive();
                watcher.bytes(there, size);
            }
        } catch (IOException e) {
            if (!guard.stalled()) {
                throw e;
            }
        }
        if (guard.stalled()) {
            throw new Passing("the server sends nothing more", 0);
        }
        return there;
    }

    private static FileChannel open(Path part, long begin) throws IOException {
        try {
            FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (begin == 0 && out.size() > 0) {
                out.truncate(0);
            }
            return out.position(begin);
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }

    private interface DiskWork {
        void run() throws IOException;
    }

    private static void onDisk(DiskWork work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }
}
