package dev.gatun.data;

import dev.gatun.data.internal.ContentHash;
import dev.gatun.data.internal.SentencePieceModel;
import dev.gatun.data.internal.TokenModel;
import dev.gatun.data.internal.TokenizerJsonModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * T5's tokenizer: 32,000 SentencePiece pieces and 100 sentinels, {@code <extra_id_99>} = 32000 to {@code <extra_id_0>} =
 * 32099.
 *
 * <p>The two files differ in one respect. {@code spiece.model} takes literal specials in a text ({@code "</s>"},
 * {@code "<extra_id_0>"}) for ordinary characters, while {@code tokenizer.json} recognises them, as Hugging Face does.
 *
 * <p>May be used by several threads at once. Holds a few megabytes of native memory until closed; a use after that throws
 * {@link IllegalStateException}. Nothing is ever read from or sent to a network.
 */
public final class T5Tokenizer implements Tokenizer, AutoCloseable {
    private static final int PIECES = 32_000;
    private static final int SENTINELS = 100;

    private final TokenModel model;
    private final String fingerprint;

    /** Uses share it and closing has it alone: the native code does not notice that its memory is gone. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    private T5Tokenizer(TokenModel model, byte[] file) {
        this.model = model;
        this.fingerprint = ContentHash.of(file);
    }

    /**
     * Opens T5's {@code spiece.model}.
     *
     * @param file the SentencePiece model file; read once, not needed afterwards
     * @return a tokenizer that the caller closes
     * @throws DataException if the file cannot be read or is not a SentencePiece model
     */
    public static T5Tokenizer fromSentencePiece(Path file) {
        return fromSentencePiece(read(file, "spiece.model"), file.toString());
    }

    /**
     * Opens a T5 {@code tokenizer.json}.
     *
     * @param file the file of Hugging Face's tokenizers library; read once, not needed afterwards
     * @return a tokenizer that the caller closes
     * @throws DataException if the file cannot be read or is not a tokenizer
     */
    public static T5Tokenizer fromTokenizerJson(Path file) {
        byte[] json = read(file, "tokenizer.json");
        return new T5Tokenizer(TokenizerJsonModel.open(json, file.toString()), json);
    }

    static T5Tokenizer fromSentencePiece(byte[] model, String where) {
        return new T5Tokenizer(SentencePieceModel.open(model, where), model);
    }

    /**
     * Returns the id of a sentinel.
     *
     * @param index the number in {@code <extra_id_N>}, 0 to 99
     * @return 32099 - index
     * @throws IllegalArgumentException if there is no such sentinel
     */
    public static long sentinelId(int index) {
        if (index < 0 || index >= SENTINELS) {
            throw new IllegalArgumentException("T5 has <extra_id_0> to <extra_id_99>, got " + index);
        }
        return PIECES + SENTINELS - 1 - index;
    }

    @Override
    public long[] encode(String text) {
        return whileOpen(() -> model.encode(text));
    }

    @Override
    public String decode(long[] ids) {
        long[] kept = new long[ids.length];
        int n = 0;
        for (long id : ids) {
            if (id < 0) {
                throw new IllegalArgumentException(
                        "cannot decode the id " + id + "; replace the padding of labels (-100) by 0 first");
            }
            if (id > UNK && id < PIECES) {
                kept[n++] = id;
            }
        }
        long[] ordinary = Arrays.copyOf(kept, n);
        return whileOpen(() -> ordinary.length == 0 ? "" : model.decode(ordinary));
    }

    /**
     * Returns the number of ids: pieces and sentinels.
     *
     * @return 32100
     */
    @Override
    public int vocabSize() {
        return PIECES + SENTINELS;
    }

    /**
     * Returns the SHA-256 of the file that this tokenizer was made from.
     *
     * @return 64 hexadecimal digits
     */
    @Override
    public String fingerprint() {
        return fingerprint;
    }

    /** Frees the native memory, after the uses that other threads have begun. A second call does nothing. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                model.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T whileOpen(Supplier<T> use) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this tokenizer is closed; close it after its last use");
            }
            return use.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private static byte[] read(Path file, String expected) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": no such file; expected T5's " + expected + ", check the path", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected T5's " + expected, e);
        }
    }
}
