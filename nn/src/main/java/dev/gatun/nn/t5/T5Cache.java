package dev.gatun.nn.t5;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values that a decoder stack keeps between calls, so that each call computes only the new positions; those
 * of cross-attention are computed once. Legend: B batch, H heads, T new positions, S all real positions so far, P prefix
 * length, K d_kv.
 *
 * <p>A prefix is stored before the real positions on the first call, and is not counted by {@link #length()}, which is the
 * position of the next query. A cache serves one stack and one sequence of calls with the same batch and encoder states.
 * It owns its tensors until {@link #close()}.
 */
public final class T5Cache implements AutoCloseable {
    private final int capacity;
    private final List<KeyValue> self = new ArrayList<>();
    private final List<KeyValue> cross = new ArrayList<>();
    private int length;
    private int prefixLength;
    private int prefixPositions;
    private Tensor crossMask;

    private T5Cache(int capacity) {
        this.capacity = capacity;
    }

    /** A cache that is copied at each call; gradients flow through it, as HART's generator needs. */
    public static T5Cache growing() {
        return new T5Cache(0);
    }

    /**
     * A cache with room for {@code capacity} real positions, written in place: for generation, without gradients.
     *
     * @throws IllegalArgumentException if the capacity is not positive
     */
    public static T5Cache preallocated(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache has room for at least one position, not " + capacity);
        }
        return new T5Cache(capacity);
    }

    /** How many real positions it holds: the position of the next query. */
    public int length() {
        return length;
    }

    /** P, known after the first call. */
    int prefixLength() {
        return prefixLength;
    }

    /** How many positions the prefix takes up before the first real one, P or 0: {@link PrefixBias}. */
    int prefixPositions() {
        return prefixPositions;
    }

    /** Keeps that number for the calls to come. */
    void keepPrefixPositions(int positions) {
        prefixPositions = positions;
    }

    boolean isEmpty() {
        return self.isEmpty();
    }

    /** Counts {@code positions} more, once all layers have been appended to. */
    void advance(int positions) {
        length += positions;
    }

    /**
     * Adds the new positions' keys and values [B, H, T, K] of {@code layer}; on the first call after those of the prefix,
     * [B, H, P, K] or null. Layers come in order. Returns those of all P + S positions.
     */
    KeyValue append(int layer, KeyValue fresh, KeyValue prefix) {
        if (layer == self.size()) {
            prefixLength = prefix == null ? 0 : (int) prefix.key().size(2);
            self.add(capacity == 0 ? joined(prefix, fresh) : allocated(prefix, fresh));
        } else if (capacity == 0) {
            KeyValue old = self.get(layer);
            self.set(layer, joined(old, fresh));
            free(old);
        }
        KeyValue all = self.get(layer);
        return capacity == 0 ? all : written(all, fresh);
    }

    private static KeyValue joined(KeyValue before, KeyValue fresh) {
        return before == null
                ? new KeyValue(
                        fresh.key().contiguous().unscoped(),
                        fresh.value().contiguous().unscoped())
                : new KeyValue(
                        Torch.cat(new Tensor[] {before.key(), fresh.key()}, 2).unscoped(),
                        Torch.cat(new Tensor[] {before.value(), fresh.value()}, 2)
                                .unscoped());
    }

    private KeyValue allocated(KeyValue prefix, KeyValue fresh) {
        long[] shape = fresh.key().shape();
        shape[2] = prefixLength + capacity;
        TensorOptions options =
                TensorOptions.of(fresh.key().dtype(), fresh.key().device());
        KeyValue room = new KeyValue(
                Torch.empty(shape, options).unscoped(),
                Torch.empty(shape, options).unscoped());
        if (prefix != null) {
            room.key().narrow(2, 0, prefixLength).copy_(prefix.key());
            room.value().narrow(2, 0, prefixLength).copy_(prefix.value());
        }
        return room;
    }

    private KeyValue written(KeyValue room, KeyValue fresh) {
        if (Torch.isGradEnabled()
                && (fresh.key().requiresGrad() || fresh.value().requiresGrad())) {
            throw new IllegalStateException(
                    "gradients cannot flow through a preallocated cache: use T5Cache.growing(), or Torch.noGrad()");
        }
        long positions = fresh.key().size(2);
        if (length + positions > capacity) {
            throw new IllegalStateException("the cache has room for " + capacity + " positions, but "
                    + (length + positions) + " are needed: allocate it for all that will be generated");
        }
        long begin = prefixLength + length;
        room.key().narrow(2, begin, positions).copy_(fresh.key());
        room.value().narrow(2, begin, positions).copy_(fresh.value());
        long all = begin + positions;
        return new KeyValue(room.key().narrow(2, 0, all), room.value().narrow(2, 0, all));
    }

    /** Cross-attention's keys and values of {@code layer}, or null before the first call. */
    KeyValue cross(int layer) {
        return layer < cross.size() ? cross.get(layer) : null;
    }

    /** Keeps cross-attention's keys and values of the next layer; returns them. */
    KeyValue keepCross(KeyValue fresh) {
        KeyValue kept = joined(null, fresh);
        cross.add(kept);
        return kept;
    }

    /** Cross-attention's mask [B, 1, 1, S] as it is added to logits, or null before the first call. */
    Tensor crossMask() {
        return crossMask;
    }

    /** Keeps that mask for the calls to come; returns it. */
    Tensor keepCrossMask(Tensor mask) {
        crossMask = mask.unscoped();
        return mask;
    }

    private static void free(KeyValue pair) {
        pair.key().close();
        pair.value().close();
    }

    /** Frees everything it holds. Closing twice does nothing. */
    @Override
    public void close() {
        self.forEach(T5Cache::free);
        cross.forEach(T5Cache::free);
        if (crossMask != null) {
            crossMask.close();
        }
    }
}
