package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store for ranks that are threads of one process. */
final class MapStore implements KeyValueStore {
    private final Map<String, byte[]> values = new HashMap<>();
    private final Duration timeout;

    MapStore(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public synchronized void set(String key, byte[] value) {
        values.put(key, value.clone());
        notifyAll();
    }

    @Override
    public synchronized byte[] get(String key) {
        waitFor(timeout, key);
        return values.get(key).clone();
    }

    @Override
    public synchronized long add(String key, long amount) {
        long sum = amount + Long.parseLong(new String(values.getOrDefault(key, new byte[] {'0'})));
        set(key, Long.toString(sum).getBytes());
        return sum;
    }

    @Override
    public synchronized boolean check(String... keys) {
        return values.keySet().containsAll(List.of(keys));
    }

    @Override
    public synchronized void waitFor(Duration patience, String... keys) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!check(keys)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new DistributedException("no values within " + patience + " for " + Arrays.toString(keys));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new DistributedException("interrupted", e);
            }
        }
    }

    @Override
    public synchronized byte[] compareSet(String key, byte[] expected, byte[] desired) {
        byte[] present = values.get(key);
        if (present == null ? expected.length == 0 : Arrays.equals(present, expected)) {
            set(key, desired);
        }
        return values.getOrDefault(key, expected).clone();
    }

    @Override
    public synchronized boolean deleteKey(String key) {
        return values.remove(key) != null;
    }

    @Override
    public synchronized long numKeys() {
        return values.size();
    }

    @Override
    public synchronized void append(String key, byte[] value) {
        byte[] before = values.getOrDefault(key, new byte[0]);
        byte[] all = Arrays.copyOf(before, before.length + value.length);
        System.arraycopy(value, 0, all, before.length, value.length);
        set(key, all);
    }

    @Override
    public List<byte[]> multiGet(List<String> keys) {
        return keys.stream().map(this::get).toList();
    }

    @Override
    public void multiSet(List<String> keys, List<byte[]> all) {
        for (int i = 0; i < keys.size(); i++) {
            set(keys.get(i), all.get(i));
        }
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
