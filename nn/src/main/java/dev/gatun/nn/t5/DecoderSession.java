package dev.gatun.nn.t5;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.generation.TokenDecoder;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/**
 * A decoder that is fed token by token: what every way of generating is built on. It remembers what it was fed, as keys and
 * values where it has a cache and as tokens otherwise. Legend: R rows, one for each row of the encoder states unless
 * {@link #select} changes that, T new tokens, V vocabulary.
 */
public final class DecoderSession implements TokenDecoder, AutoCloseable {
    private final T5 model;
    private final EncoderStates source;
    private final T5Prefix prefix;
    private final ModuleUpdates updates;
    private final T5Cache cache;
    private Tensor history;

    /** For each row which row of the source, of the prefix and of the updates it has; null for its own. */
    private int[] owners;

    /**
     * A session over {@code source}, whose tensors, like those of the others, stay the caller's and must outlive it.
     *
     * @param prefix of the decoder, or null
     * @param updates of modules, or null
     * @param capacity how many tokens a cache has room for; 0 for no cache
     */
    public DecoderSession(T5 model, EncoderStates source, T5Prefix prefix, ModuleUpdates updates, int capacity) {
        this.model = model;
        this.source = source;
        this.prefix = prefix;
        this.updates = updates;
        this.cache = capacity == 0 ? null : T5Cache.preallocated(capacity);
    }

    /**
     * Feeds tokens int64 [R, T]: the logits [R, V] after the last of them, new.
     *
     * @throws IllegalStateException if the cache's capacity is exceeded
     */
    @Override
    public Tensor step(Tensor tokens) {
        try (Scope scope = Scope.open()) {
            Tensor placed = tokens.device().equals(model.device()) ? tokens : tokens.to(model.device(), DType.INT64);
            StackInput input = cache == null ? ofHistory(remember(placed)) : ofNew(placed);
            Tensor states = model.decoder().forward(input).lastHiddenState();
            return scope.promote(model.logits(states.select(1, states.size(1) - 1)));
        }
    }

    /** The updates of the present rows. */
    private ModuleUpdates ownUpdates() {
        return updates == null || owners == null ? updates : updates.rows(index(owners));
    }

    private Tensor index(int[] rows) {
        return Tensor.of(rows).to(model.device(), DType.INT64);
    }

    private StackInput ofNew(Tensor tokens) {
        StackInput input =
                StackInput.ofIds(tokens).withEncoder(source).withCache(cache).withUpdates(ownUpdates());
        return cache.length() == 0 ? input.withPrefix(prefix) : input; // later on the cache has it
    }

    private StackInput ofHistory(Tensor tokens) {
        Tensor index = owners == null ? null : index(owners);
        return StackInput.ofIds(tokens)
                .withUpdates(ownUpdates())
                .withPrefix(index == null || prefix == null ? prefix : prefix.rows(index))
                .withEncoder(index == null ? source : source.rows(index));
    }

    private Tensor remember(Tensor tokens) {
        Tensor longer = history == null ? tokens.clone() : Torch.cat(new Tensor[] {history, tokens}, 1);
        return replaceHistory(longer);
    }

    private Tensor replaceHistory(Tensor replacement) {
        if (history != null) {
            history.close();
        }
        history = replacement.unscoped();
        return history;
    }

    @Override
    public void select(int[] rows) {
        if (cache == null ? history == null : cache.length() == 0) {
            throw new IllegalStateException("rows are selected after a step: feed the first tokens before");
        }
        if (cache != null) {
            cache.select(rows);
        } else {
            try (Scope _ = Scope.open()) {
                T5Cache.requireRows(rows, (int) history.size(0));
                replaceHistory(history.index_select(0, index(rows)));
            }
        }
        int[] before = owners;
        owners = before == null
                ? rows.clone()
                : Arrays.stream(rows).map(row -> before[row]).toArray();
    }

    /** Frees what it remembers. Closing twice does nothing. */
    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
        if (history != null) {
            history.close();
        }
    }
}
