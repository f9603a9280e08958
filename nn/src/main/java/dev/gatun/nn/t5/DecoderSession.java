package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * A decoder that is fed token by token: what every way of generating is built on. It remembers what it was fed, as keys and
 * values where it has a cache and as tokens otherwise. Legend: B batch, T new tokens, V vocabulary.
 */
public final class DecoderSession implements AutoCloseable {
    private final T5 model;
    private final EncoderStates source;
    private final T5Prefix prefix;
    private final T5Cache cache;
    private Tensor history;

    /**
     * A session over {@code source}, whose tensors, like those of {@code prefix} (null for none), stay the caller's and must
     * outlive it.
     *
     * @param capacity how many tokens a cache has room for; 0 for no cache
     */
    public DecoderSession(T5 model, EncoderStates source, T5Prefix prefix, int capacity) {
        this.model = model;
        this.source = source;
        this.prefix = prefix;
        this.cache = capacity == 0 ? null : T5Cache.preallocated(capacity);
    }

    /**
     * Feeds tokens int64 [B, T]: the logits [B, V] after the last of them, new.
     *
     * @throws IllegalStateException if the cache's capacity is exceeded
     */
    public Tensor step(Tensor tokens) {
        try (Scope scope = Scope.open()) {
            Tensor placed = tokens.device().equals(model.device()) ? tokens : tokens.to(model.device(), DType.INT64);
            Tensor ids = cache == null ? remember(placed) : placed;
            StackInput input =
                    StackInput.ofIds(ids).withPrefix(prefix).withEncoder(source).withCache(cache);
            Tensor states = model.decoder().forward(input).lastHiddenState();
            return scope.promote(model.logits(states.select(1, states.size(1) - 1)));
        }
    }

    private Tensor remember(Tensor tokens) {
        Tensor longer = history == null ? tokens.clone() : Torch.cat(new Tensor[] {history, tokens}, 1);
        if (history != null) {
            history.close();
        }
        history = longer.unscoped();
        return history;
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
