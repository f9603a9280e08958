package dev.gatun.nn.t5;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The keys and values that a decoder stack keeps between calls, so that each call computes only the new positions; those
 * of cross-attention are computed once. Legend: B batch, G encoder rows, H heads, T new positions, S all real positions so
 * far, P prefix length, K d_kv.
 *
 * <p>A prefix is stored before the real positions on the first call, and is not counted by {@link #length()}, which is the
 * position of the next query. A cache serves one stack and one sequence of calls with the same batch and encoder states,
 * unless {@link #select} changes the batch. It owns its tensors until {@link #close()}.
 */
public final class T5Cache implements AutoCloseable {
    private final int capacity;
    private final List<KeyValue> self = new ArrayList<>();
    private final List<KeyValue> cross = new ArrayList<>();
    private int length;
    private int prefixLength;
    /** How many of {@link #cross} are of the present input. */
    private int filled;

    private Tensor crossMask;
    private PrefixColumns prefixColumns = PrefixColumns.of(null, null);
    private Tensor positionBias;
    private Tensor spare;

    /** The position of the next query, int64 [1]: of a fixed cache, whose steps are all the same ops on the same tensors. */
    private final Tensor place;

    private T5Cache(int capacity, Tensor place) {
        this.capacity = capacity;
        this.place = place;
    }

    /** A cache that is copied at each call; gradients flow through it, as HART's generator needs. */
    public static T5Cache growing() {
        return new T5Cache(0, null);
    }

    /**
     * A cache with room for {@code capacity} real positions, written in place: for generation, without gradients.
     *
     * @throws IllegalArgumentException if the capacity is not positive
     */
    public static T5Cache preallocated(int capacity) {
        requireRoom(capacity);
        return new T5Cache(capacity, null);
    }

    private static void requireRoom(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache has room for at least one position, not " + capacity);
        }
    }

    /**
     * A preallocated cache for steps that are recorded and replayed: each is one query, which sees all of the room, and what
     * is not written yet is hidden by the bias. The position is read on the device, from {@code place}, int64 [1], which
     * stays the caller's to count up.
     */
    static T5Cache fixed(int capacity, Tensor place) {
        requireRoom(capacity);
        return new T5Cache(capacity, place);
    }

    /** Whether it is a {@link #fixed} one. */
    boolean isFixed() {
        return place != null;
    }

    /** The position of the next query, of a fixed cache. */
    Tensor place() {
        return place;
    }

    /** Lets a fixed cache begin again with another input of the same shapes, in the same memory. */
    void restart() {
        length = 0;
        filled = 0;
    }

    /** How many real positions it holds: the position of the next query. */
    public int length() {
        return length;
    }

    /** How many real positions there is room for; 0 in a growing cache. */
    int capacity() {
        return capacity;
    }

    /** P, known after the first call. */
    int prefixLength() {
        return prefixLength;
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
        if (isFixed() && length == 0 && layer < self.size() && prefix != null) {
            writePrefix(self.get(layer), prefix);
        }
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
        KeyValue all = before == null
                ? new KeyValue(fresh.key().contiguous(), fresh.value().contiguous())
                : before.followedBy(fresh);
        all.tensors().forEach(Tensor::unscoped);
        return all;
    }

    private KeyValue allocated(KeyValue prefix, KeyValue fresh) {
        long[] shape = fresh.key().shape();
        shape[2] = prefixLength + capacity;
        TensorOptions options =
                TensorOptions.of(fresh.key().dtype(), fresh.key().device());
        // What a fixed cache has not written yet is read, with weight 0: it must be finite.
        KeyValue room = new KeyValue(
                (isFixed() ? Torch.zeros(shape, options) : Torch.empty(shape, options)).unscoped(),
                (isFixed() ? Torch.zeros(shape, options) : Torch.empty(shape, options)).unscoped());
        if (prefix != null) {
            writePrefix(room, prefix);
        }
        return room;
    }

    private void writePrefix(KeyValue room, KeyValue prefix) {
        room.key().narrow(2, 0, prefixLength).copy_(prefix.key());
        room.value().narrow(2, 0, prefixLength).copy_(prefix.value());
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
        if (isFixed()) {
            Tensor at = place.add((long) prefixLength);
            room.key().index_copy_(2, at, fresh.key());
            room.value().index_copy_(2, at, fresh.value());
            return room;
        }
        long begin = prefixLength + length;
        room.key().narrow(2, begin, positions).copy_(fresh.key());
        room.value().narrow(2, begin, positions).copy_(fresh.value());
        long all = begin + positions;
        return new KeyValue(room.key().narrow(2, 0, all), room.value().narrow(2, 0, all));
    }

    /** Cross-attention's keys and values of {@code layer}, or null before the first call. */
    KeyValue cross(int layer) {
        return layer < filled ? cross.get(layer) : null;
    }

    /** Keeps cross-attention's keys and values of the next layer, a prefix or null before them; returns all. */
    KeyValue keepCross(KeyValue fresh, KeyValue prefix) {
        int layer = filled++;
        if (layer == cross.size()) {
            cross.add(joined(prefix, fresh));
        } else {
            KeyValue whole = prefix == null ? fresh : prefix.followedBy(fresh);
            cross.get(layer).key().copy_(whole.key());
            cross.get(layer).value().copy_(whole.value());
        }
        return cross.get(layer);
    }

    /** Cross-attention's mask [B or 1, 1, 1, P + S] as it is added to logits; null before the first call or for none. */
    Tensor crossMask() {
        return crossMask;
    }

    /** Keeps that mask for the calls to come; returns it. */
    Tensor keepCrossMask(Tensor mask) {
        crossMask = kept(crossMask, mask);
        return crossMask;
    }

    /** {@code fresh} out of its scope; or, in a fixed cache that has one from before, in that one's memory. */
    private static Tensor kept(Tensor before, Tensor fresh) {
        return before == null ? fresh.unscoped() : before.copy_(fresh);
    }

    /** What the bias must know of the prefix, after the first call. */
    PrefixColumns prefixColumns() {
        return prefixColumns;
    }

    /** Keeps that for the calls to come. */
    void keepPrefixColumns(PrefixColumns columns) {
        prefixColumns = columns.mask() == null
                ? columns
                : columns.withMask(columns.mask().unscoped());
    }

    /** Position biases by distance as {@link SelfAttentionBias} lays them out, or null before they were needed. */
    Tensor positionBias() {
        return positionBias;
    }

    /** Keeps these for the calls to come; returns them. */
    Tensor keepPositionBias(Tensor bias) {
        positionBias = kept(positionBias, bias);
        return positionBias;
    }

    /**
     * Goes on with these rows of the batch, in this order; rows may be left out and repeated. Beams and samples of one
     * encoder row, as long as they lie together and are equally many for each, go on sharing its keys and values.
     */
    void select(int[] rows) {
        try (Scope _ = Scope.open()) {
            selectAll(rows);
        }
    }

    private void selectAll(int[] rows) {
        int batch = (int) self.getFirst().key().size(0);
        requireRows(rows, batch);
        int groups = cross.isEmpty() ? batch : (int) cross.getFirst().key().size(0);
        if (!isIdentity(rows, batch)) {
            selectSelf(rows);
        }
        int[] owners = Arrays.stream(rows).map(row -> row / (batch / groups)).toArray();
        int[] distinct = Arrays.stream(owners).distinct().toArray();
        int each = rows.length / distinct.length;
        boolean together = rows.length % distinct.length == 0
                && IntStream.range(0, rows.length).allMatch(row -> owners[row] == distinct[row / each]);
        int[] kept = together ? distinct : owners;
        if (!isIdentity(kept, groups)) {
            Tensor index = index(kept, self.getFirst().key());
            cross.replaceAll(pair -> replaced(pair, index));
            if (crossMask != null && crossMask.size(0) > 1) {
                crossMask = selected(crossMask, index);
            }
        }
    }

    static void requireRows(int[] rows, int batch) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("at least one row goes on: close the decoder when none does");
        }
        for (int row : rows) {
            Objects.checkIndex(row, batch);
        }
    }

    private static boolean isIdentity(int[] rows, int batch) {
        return rows.length == batch && IntStream.range(0, batch).allMatch(row -> rows[row] == row);
    }

    private static Tensor index(int[] rows, Tensor like) {
        return Tensor.of(rows).to(like.device());
    }

    private void selectSelf(int[] rows) {
        Tensor index = index(rows, self.getFirst().key());
        if (capacity == 0) {
            self.replaceAll(pair -> replaced(pair, index));
        } else {
            self.replaceAll(pair -> new KeyValue(moved(pair.key(), index), moved(pair.value(), index)));
        }
        Tensor mask = prefixColumns.mask();
        if (mask != null && mask.size(0) > 1) {
            prefixColumns = prefixColumns.withMask(selected(mask, index));
        }
    }

    private static KeyValue replaced(KeyValue old, Tensor index) {
        return new KeyValue(selected(old.key(), index), selected(old.value(), index));
    }

    private static Tensor selected(Tensor old, Tensor index) {
        if (old == null) {
            return null;
        }
        Tensor chosen = old.index_select(0, index).unscoped();
        old.close();
        return chosen;
    }

    /**
     * The rows of one buffer, in the spare one; the buffer becomes the next spare. So all layers together need one buffer
     * more than they hold, and nothing is allocated while the number of rows stays.
     */
    private Tensor moved(Tensor buffer, Tensor index) {
        long used = prefixLength + length;
        long[] shape = buffer.shape();
        shape[0] = index.size(0);
        if (spare != null && spare.size(0) != shape[0]) {
            spare.close();
            spare = null;
        }
        Tensor target = spare == null
                ? Torch.empty(shape, TensorOptions.of(buffer.dtype(), buffer.device()))
                        .unscoped()
                : spare;
        Torch.index_select_out(buffer.narrow(2, 0, used), 0, index, target.narrow(2, 0, used));
        spare = buffer;
        return target;
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
        for (Tensor tensor : new Tensor[] {crossMask, prefixColumns.mask(), positionBias, spare}) {
            if (tensor != null) {
                tensor.close();
            }
        }
    }
}
