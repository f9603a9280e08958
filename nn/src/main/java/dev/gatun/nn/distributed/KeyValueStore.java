package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.List;

/**
 * A map that the processes of a run share ({@code torch.distributed.Store}): they find each other by it, hand over small values
 * and wait for one another. Keys are text, values bytes. May be used by several threads at once.
 *
 * <p>Every method throws {@link DistributedException} when the store cannot be reached, or has been closed.
 */
public interface KeyValueStore extends AutoCloseable {
    /** Sets the key's value, whether it had one or not ({@code set}). */
    void set(String key, byte[] value);

    /**
     * Returns the key's value, after waiting for it as long as {@link #timeout()} allows ({@code get}).
     *
     * @throws DistributedException if nobody has set it by then
     */
    byte[] get(String key);

    /** Adds to the number that the key holds as decimal text, 0 if it has no value, and returns the sum ({@code add}). */
    long add(String key, long amount);

    /** Whether all of the keys have values ({@code check}). */
    boolean check(String... keys);

    /**
     * Waits until all of the keys have values ({@code wait}).
     *
     * @throws DistributedException if one has none after {@code timeout}; it names the keys without a value
     */
    void waitFor(Duration timeout, String... keys);

    /**
     * Sets the value to {@code desired} if it is {@code expected}, or if there is none and {@code expected} is empty, and
     * returns the value that the key has then ({@code compare_set}). If there is none still, returns {@code expected}.
     */
    byte[] compareSet(String key, byte[] expected, byte[] desired);

    /** Removes the key, and says whether it was there ({@code delete_key}). */
    boolean deleteKey(String key);

    /** How many keys have values; other users' count too ({@code num_keys}). */
    long numKeys();

    /** Puts the value behind the key's present one, if there is any ({@code append}). */
    void append(String key, byte[] value);

    /** Returns the keys' values in their order, after waiting for all of them as {@link #get} does ({@code multi_get}). */
    List<byte[]> multiGet(List<String> keys);

    /** Sets several values at once, one for each key ({@code multi_set}). */
    void multiSet(List<String> keys, List<byte[]> values);

    /** How long {@link #get} and {@link #multiGet} wait. */
    Duration timeout();

    /** Ends this process's connection. The values stay. May be called twice. */
    @Override
    void close();
}
