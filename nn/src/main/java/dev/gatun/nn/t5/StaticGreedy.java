package dev.gatun.nn.t5;

import dev.gatun.nn.LateNumbers;
import dev.gatun.nn.graph.Recorder;
import dev.gatun.nn.graph.Recording;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Greedy decoding in steps that are replayed: all that changes from step to step is in tensors, the position too. The host
 * queues steps and hears late that all rows have ended; the few steps too many write padding. Legend: B rows, S source, N
 * new tokens.
 */
final class StaticGreedy implements AutoCloseable {
    /** Steps between two looks at whether all rows have ended. */
    private static final int LOOK_EVERY = 8;
    /** Sources are padded to a multiple of this, so that few shapes are recorded. */
    private static final int GRAIN = 64;

    /** What a recording is for: inputs of other shapes need another. */
    record Shapes(
            long rows, long source, long prefix, PrefixBias bias, int newTokens, boolean stopsAtEnd, DType dtype) {
        static Shapes of(T5 model, EncoderStates source, T5Prefix prefix, int newTokens, boolean stopsAtEnd) {
            return new Shapes(
                    source.states().size(0),
                    Math.ceilDiv(source.states().size(1), GRAIN) * GRAIN,
                    prefix == null ? 0 : prefix.length(),
                    prefix == null ? PrefixBias.ZERO : prefix.bias(),
                    newTokens,
                    stopsAtEnd,
                    model.shared().weight().get().dtype());
        }
    }

    private final T5 model;
    private final Shapes shapes;
    private final Recorder recorder;
    private final Tensor token;
    private final Tensor place;
    private final Tensor ended;
    private final Tensor allEnded;
    private final Tensor output;
    private final T5Cache cache;
    private final LateNumbers late;
    private Recording recording;

    StaticGreedy(T5 model, Shapes shapes, Recorder recorder) {
        this.model = model;
        this.shapes = shapes;
        this.recorder = recorder;
        Device device = model.device();
        TensorOptions whole = TensorOptions.of(DType.INT64, device);
        // Recording runs steps too, which must find room.
        int capacity = shapes.newTokens() + Recorder.WARM_UPS;
        try (Scope _ = Scope.open()) {
            token = Torch.zeros(new long[] {shapes.rows(), 1}, whole).unscoped();
            place = Torch.zeros(new long[] {1}, whole).unscoped();
            ended = Torch.zeros(new long[] {shapes.rows(), 1}, TensorOptions.of(DType.BOOL, device))
                    .unscoped();
            allEnded = Torch.zeros(new long[] {1}, TensorOptions.of(DType.FLOAT64, device))
                    .unscoped();
            output = Torch.zeros(new long[] {shapes.rows(), capacity + 1L}, whole)
                    .unscoped();
        }
        cache = T5Cache.fixed(capacity, place);
        late = new LateNumbers(1, device);
    }

    /** The start token and what follows, [B, 1 + n] for the n ≤ N tokens of the longest row; new, in the current scope. */
    Tensor generate(EncoderStates source, T5Prefix prefix) {
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            EncoderStates padded = padded(source);
            if (recording == null) {
                begin();
                step(padded, prefix);
                recording = recorder.record(() -> step(padded, null));
            }
            begin();
            step(padded, prefix); // by itself: it fills the cache
            boolean looking = false;
            for (int made = 1; made < shapes.newTokens(); made++) {
                boolean look = shapes.stopsAtEnd() && made % LOOK_EVERY == 0;
                if (look && looking && late.take()[0] != 0) {
                    break;
                }
                recording.replay();
                if (look) {
                    late.send(allEnded);
                    looking = true;
                }
            }
            return scope.promote(cut());
        }
    }

    private EncoderStates padded(EncoderStates source) {
        long missing = shapes.source() - source.states().size(1);
        Tensor mask = source.mask() == null
                ? Torch.ones(
                        new long[] {source.states().size(0), source.states().size(1)},
                        TensorOptions.of(DType.BOOL, model.device()))
                : source.mask().ne(0);
        return new EncoderStates(
                source.states().constant_pad_nd(new long[] {0, 0, 0, missing}, 0),
                mask.constant_pad_nd(new long[] {0, missing}, 0));
    }

    private void begin() {
        long start = model.config().decoderStartTokenId();
        cache.restart();
        place.zero_();
        ended.zero_();
        token.fill_(start);
        output.fill_(model.config().padTokenId());
        output.select(1, 0).fill_(start);
    }

    /** One token for each row. The same ops each time, but for the first. */
    private void step(EncoderStates source, T5Prefix prefix) {
        try (Scope _ = Scope.open()) {
            StackInput input = StackInput.ofIds(token)
                    .withEncoder(source)
                    .withPrefix(prefix)
                    .withCache(cache);
            Tensor states = model.decoder().forward(input).lastHiddenState();
            Tensor logits = model.logits(states.select(1, 0));
            boolean wide = logits.dtype() == DType.FLOAT64;
            Tensor next = (wide ? logits : logits.to(DType.FLOAT32)).argmax(-1, true);
            next.masked_fill_(ended, model.config().padTokenId());
            if (shapes.stopsAtEnd()) {
                ended.logical_or_(next.eq(model.config().eosTokenId()));
                allEnded.copy_(ended.all());
            }
            place.add_(1L);
            output.index_copy_(1, place, next);
            token.copy_(next);
        }
    }

    /** The tokens up to the end of the longest row: here the host waits. */
    private Tensor cut() {
        Tensor whole = output.narrow(1, 0, shapes.newTokens() + 1L);
        long width = shapes.newTokens() + 1L;
        if (shapes.stopsAtEnd()) {
            // A row's length is that up to its end token; one without an end is as long as can be.
            Tensor ends = whole.eq(model.config().eosTokenId());
            Tensor has = ends.any(1);
            Tensor first = ends.to(DType.INT64).argmax(1).add(1L).masked_fill(has.logical_not(), width);
            width = first.max().item().longValue();
        }
        return whole.narrow(1, 0, width).clone();
    }

    boolean isFor(Shapes other) {
        return shapes.equals(other);
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
        cache.close();
        late.close();
        for (Tensor tensor : new Tensor[] {token, place, ended, allEnded, output}) {
            tensor.close();
        }
    }
}
