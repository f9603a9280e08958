package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A part of another store: its keys are the other's behind a prefix and a {@code /} ({@code torch.distributed.PrefixStore}). */
public final class PrefixStore implements KeyValueStore {
    private final String prefix;
    private final KeyValueStore store;

    /** The part of {@code store} behind {@code prefix}; closing it closes {@code store}. */
    public PrefixStore(String prefix, KeyValueStore store) {
        this.prefix = prefix + "/";
        this.store = store;
    }

    private String[] joined(String... keys) {
        return Arrays.stream(keys).map(prefix::concat).toArray(String[]::new);
    }

    private List<String> joined(List<String> keys) {
        return keys.stream().map(prefix::concat).toList();
    }

    @Override
    public void set(String key, byte[] value) {
        store.set(prefix + key, value);
    }

    @Override
    public byte[] get(String key) {
        return store.get(prefix + key);
    }

    @Override
    public long add(String key, long amount) {
        return store.add(prefix + key, amount);
    }

    @Override
    public boolean check(String... keys) {
        return store.check(joined(keys));
    }

    @Override
    public void waitFor(Duration timeout, String... keys) {
        store.waitFor(timeout, joined(keys));
    }

    @Override
    public byte[] compareSet(String key, byte[] expected, byte[] desired) {
        return store.compareSet(prefix + key, expected, desired);
    }

    @Override
    public boolean deleteKey(String key) {
        return store.deleteKey(prefix + key);
    }

    /** How many keys the whole store has. */
    @Override
    public long numKeys() {
        return store.numKeys();
    }

    @Override
    public void append(String key, byte[] value) {
        store.append(prefix + key, value);
    }

    @Override
    public List<byte[]> multiGet(List<String> keys) {
        return store.multiGet(joined(keys));
    }

    @Override
    public void multiSet(List<String> keys, List<byte[]> values) {
        store.multiSet(joined(keys), values);
    }

    @Override
    public Duration timeout() {
        return store.timeout();
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public String toString() {
        return prefix + " in " + store;
    }
}
