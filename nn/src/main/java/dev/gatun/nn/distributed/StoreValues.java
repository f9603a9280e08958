package dev.gatun.nn.distributed;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A server's values, and who waits for them; used by the server's thread alone. */
final class StoreValues {
    /** One who waits for keys, until {@code missing} is empty. */
    interface Waiter {
        Set<String> missing();

        void wake();
    }

    private static final byte[] NOTHING = {};

    private final Map<String, byte[]> values = new HashMap<>();
    private final Map<String, Deque<byte[]>> queues = new HashMap<>();
    private final Map<String, Set<Waiter>> waiters = new HashMap<>();

    byte[] get(String key) {
        return values.getOrDefault(key, NOTHING);
    }

    void set(String key, byte[] value) {
        values.put(key, value);
        wake(key);
    }

    byte[] compareSet(String key, byte[] expected, byte[] desired) {
        byte[] present = values.get(key);
        if (present == null ? expected.length == 0 : Arrays.equals(present, expected)) {
            set(key, desired);
            return desired;
        }
        return present == null ? expected : present;
    }

    /** @throws NumberFormatException if the value is no number */
    long add(String key, long amount) {
        byte[] present = values.get(key);
        long sum = amount + (present == null ? 0 : Long.parseLong(new String(present, StoreReader.BYTES)));
        set(key, Long.toString(sum).getBytes(StoreReader.BYTES));
        return sum;
    }

    void append(String key, byte[] value) {
        byte[] present = get(key);
        byte[] joined = Arrays.copyOf(present, present.length + value.length);
        System.arraycopy(value, 0, joined, present.length, value.length);
        set(key, joined);
    }

    boolean delete(String key) {
        return values.remove(key) != null;
    }

    long size() {
        return values.size();
    }

    Set<String> keys() {
        return values.keySet();
    }

    boolean has(String key) {
        return values.containsKey(key) || queueLength(key) > 0;
    }

    void push(String queue, byte[] value) {
        queues.computeIfAbsent(queue, name -> new ArrayDeque<>()).add(value);
        wakeOne(queue);
    }

    /** The queue's first value, or null. */
    byte[] pop(String queue) {
        Deque<byte[]> waiting = queues.get(queue);
        return waiting == null ? null : waiting.poll();
    }

    long queueLength(String queue) {
        Deque<byte[]> waiting = queues.get(queue);
        return waiting == null ? 0 : waiting.size();
    }

    /** Wakes {@code waiter} as soon as all the keys have values, which may be now. */
    void await(Waiter waiter, List<String> keys) {
        keys.stream().filter(key -> !has(key)).forEach(key -> {
            waiter.missing().add(key);
            waiters.computeIfAbsent(key, name -> new LinkedHashSet<>()).add(waiter);
        });
        if (waiter.missing().isEmpty()) {
            waiter.wake();
        }
    }

    void cancel(Waiter waiter) {
        for (String key : waiter.missing()) {
            Set<Waiter> others = waiters.get(key);
            others.remove(waiter);
            if (others.isEmpty()) {
                waiters.remove(key);
            }
        }
        waiter.missing().clear();
    }

    private void wake(String key) {
        Set<Waiter> woken = waiters.remove(key);
        if (woken != null) {
            woken.forEach(waiter -> found(waiter, key));
        }
    }

    private void wakeOne(String key) {
        Set<Waiter> waiting = waiters.get(key);
        if (waiting != null) {
            Iterator<Waiter> first = waiting.iterator();
            Waiter woken = first.next();
            first.remove();
            if (waiting.isEmpty()) {
                waiters.remove(key);
            }
            found(woken, key);
        }
    }

    private static void found(Waiter waiter, String key) {
        waiter.missing().remove(key);
        if (waiter.missing().isEmpty()) {
            waiter.wake();
        }
    }
}
