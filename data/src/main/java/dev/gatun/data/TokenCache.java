package dev.gatun.data;

import dev.gatun.data.internal.ContentHash;
import dev.gatun.data.internal.TokenFileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of tokenised data, so that texts are encoded once and not at each start.
 *
 * <p>A file's key is the hash of everything that its ids depend on: the data's content, the tokenizer and the options.
 * Whatever changes gets another file; old ones may be deleted at any time. Any number of processes and threads may use one
 * folder: the first that needs a file writes it, beside its place and renamed when complete, while the others wait for a lock.
 * A file that was damaged is noticed when it is opened, by its checksum, and made again.
 *
 * {@snippet :
 * TokenCache cache = new TokenCache(Path.of("cache"));
 * String key = cache.key(tokenizer, "my corpus, one row a line", cache.contentOf(file));
 * try (TokenFile tokens = cache.open("corpus", key, 1, tokenizer.vocabSize(), writer -> lines.forEach(
 *         line -> writer.add(tokenizer.encode(line))))) {
 *     long[] firstLine = tokens.get(0, 0);
 * }
 * }
 */
public final class TokenCache {
    private static final System.Logger LOG = System.getLogger(TokenCache.class.getName());

    /** Locks of files are the process's; these keep its threads apart. */
    private static final Map<Path, Object> IN_PROCESS = new ConcurrentHashMap<>();

    private final Path folder;

    /** Takes the fields of the rows, one after the other. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes the next field of the current row; after the last one a new row begins.
         *
         * @param ids the field's ids, in [0, vocabSize)
         */
        void add(long[] ids);
    }

    /** Makes a file's content. */
    @FunctionalInterface
    public interface Filler {
        /**
         * Writes all rows.
         *
         * @param writer takes their fields
         */
        void fill(Writer writer);
    }

    /**
     * Uses a folder, which need not exist yet.
     *
     * @param folder where the files are kept
     */
    public TokenCache(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /**
     * Makes a key.
     *
     * @param tokenizer what encodes the data
     * @param options what else decides which ids come out, as text
     * @param content the content's hashes, such as {@link #contentOf}
     * @return 64 hexadecimal digits
     */
    public String key(Tokenizer tokenizer, String options, String... content) {
        ContentHash hash = new ContentHash()
                .add("v" + TokenFile.VERSION)
                .add(tokenizer.fingerprint())
                .add(options);
        for (String part : content) {
            hash.add(part);
        }
        return hash.hex();
    }

    /**
     * Hashes a data file. The hash is noted in the cache with the file's path, size and time of change, and not computed again
     * while these stay the same.
     *
     * @param file the file
     * @return its SHA-256, 64 hexadecimal digits
     * @throws DataException if it cannot be read
     */
    public String contentOf(Path file) {
        try {
            return ContentHash.remembered(file, folder.resolve("hashes"));
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); check the path and that it is readable", e);
        }
    }

    /**
     * Opens the file of a key, making it first if it is not there or damaged.
     *
     * @param name what the file holds, the beginning of its name; letters, digits, '.', '_' and '-' are kept
     * @param key what {@link #key} gave
     * @param fields the number of fields of each row, at least 1
     * @param vocabSize the number of different ids
     * @param filler makes the content; not called if the file is there
     * @return the open file, which the caller closes
     * @throws DataException if the folder cannot be written, or {@code filler} throws it
     */
    public TokenFile open(String name, String key, int fields, int vocabSize, Filler filler) {
        String shortened = name.replaceAll("[^\\w.-]+", "_");
        Path file = folder.resolve(
                shortened.substring(0, Math.min(80, shortened.length())) + "-" + key.substring(0, 32) + ".tokens");
        try {
            TokenFile ready = existing(file, false);
            if (ready != null) {
                return ready;
            }
            Files.createDirectories(folder);
            synchronized (IN_PROCESS.computeIfAbsent(file, _ -> new Object())) {
                try (FileChannel lock = FileChannel.open(
                                Path.of(file + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock _ = lock.lock()) {
                    // Somebody else may have made it meanwhile.
                    TokenFile made = existing(file, true);
                    return made != null ? made : make(file, fields, vocabSize, filler);
                }
            }
        } catch (IOException e) {
            throw new DataException(
                    file + ": cannot be made (" + e + "); check that the cache's folder is writable and has space", e);
        }
    }

    private static TokenFile existing(Path file, boolean warn) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return new TokenFile(file);
        } catch (TokenFile.Damaged e) {
            if (warn) {
                LOG.log(Level.WARNING, "{0} is damaged ({1}) and is made again", file, e.getMessage());
            }
            return null;
        }
    }

    private static TokenFile make(Path file, int fields, int vocabSize, Filler filler) throws IOException {
        Path temporary = Path.of(file + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".tmp");
        try {
            try (TokenFileWriter writer = new TokenFileWriter(temporary, fields, vocabSize, TokenFile.HEADER)) {
                filler.fill(ids -> {
                    try {
                        writer.add(ids);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                writer.finish(TokenFile.MAGIC, TokenFile.VERSION, TokenFile.HEADER);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new TokenFile(file);
        } catch (TokenFile.Damaged e) {
            throw new IOException("what was just written is damaged: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
