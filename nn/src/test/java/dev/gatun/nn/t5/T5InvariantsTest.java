package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must hold whatever the weights are: §10 of the specification, as far as it concerns T5. */
class T5InvariantsTest {
    private static final int BATCH = 3;
    private static final int SOURCE = 7;
    private static final int TARGET = 5;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private GradMode noGrad;
    private T5 model;
    private Tensor ids;
    private Tensor mask;
    private Tensor targets;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = Torch.noGrad();
        model = TestModels.model();
        ids = TestModels.ids(BATCH, SOURCE);
        mask = TestModels.mask(SOURCE, SOURCE, 4, 2);
        targets = TestModels.ids(BATCH, TARGET);
    }

    @AfterEach
    void close() {
        model.close();
        noGrad.close();
        scope.close();
    }

    private T5Input input() {
        return T5Input.of(ids, mask, null).withDecoderInput(targets, null);
    }

    private Tensor logits(T5Input input) {
        return model.forward(input).logits();
    }

    private T5Prefix prefix(T5Stack stack, int batch) {
        return TestModels.prefix(model.config(), stack.numLayers(), batch, 4);
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(Golden.relativeError(a, b)).isLessThanOrEqualTo(EXACT);
    }

    private static void different(Tensor a, Tensor b) {
        assertThat(Golden.relativeError(a, b)).isGreaterThan(1e-3);
    }

    @Test
    void maskedPrefixColumnsChangeNothing() {
        T5Prefix encoder = prefix(model.encoder(), BATCH);
        T5Prefix decoder = prefix(model.decoder(), BATCH);
        Tensor plain = logits(input());
        different(logits(input().withPrefixes(encoder, decoder)), plain);
        Tensor closed = Torch.zeros(new long[] {BATCH, 4}, DType.BOOL);
        Tensor masked = logits(
                input().withPrefixes(new T5Prefix(encoder.layers(), closed), new T5Prefix(decoder.layers(), closed)));
        same(masked, plain);
    }

    @Test
    void zeroPrefixesShrinkEachHeadByItsShareOfTheSoftmax() {
        int length = 6;
        T5Attention attention = new T5Attention(model.config(), false, DType.FLOAT64);
        Tensor hidden = Torch.randn(new long[] {BATCH, SOURCE, model.config().dModel()}, DType.FLOAT64);
        KeyValue real = attention.project(hidden, null);
        long[] shape = {BATCH, model.config().numHeads(), length, model.config().dKv()};
        Tensor zeros = Torch.zeros(shape, DType.FLOAT64);
        KeyValue prefixed = new KeyValue(
                Torch.cat(new Tensor[] {zeros, real.key()}, 2), Torch.cat(new Tensor[] {zeros, real.value()}, 2));
        var plainWeights = new java.util.ArrayList<Tensor>();
        var prefixedWeights = new java.util.ArrayList<Tensor>();
        attention.forward(hidden, real, null, plainWeights, null);
        attention.forward(hidden, prefixed, null, prefixedWeights, null);
        // Z/(Z+p) with Z = Σ exp(logit): the logits are recovered from the plain module's own projections.
        long heads = model.config().numHeads();
        Tensor q = Torch.linear(
                        hidden, attention.namedParameters().get("q.weight").get())
                .view(BATCH, SOURCE, heads, -1)
                .transpose(1, 2);
        Tensor z = q.matmul(real.key().transpose(2, 3)).exp().sum(new long[] {-1}, true);
        Tensor expected = plainWeights.getFirst().mul(z.div(z.add(length)));
        same(prefixedWeights.getFirst().narrow(3, length, SOURCE), expected);
        attention.close();
    }

    @Test
    void emptyOrMaskedFusedStatesChangeNothing() {
        long d = model.config().dModel();
        Tensor plain = logits(input());
        Tensor states = Torch.randn(new long[] {BATCH, 6, d}, DType.FLOAT64);
        different(logits(input().withFused(new EncoderStates(states, null))), plain);
        Tensor closed = Torch.zeros(new long[] {BATCH, 6}, DType.INT64);
        same(logits(input().withFused(new EncoderStates(states, closed))), plain);
        Tensor empty = Torch.zeros(new long[] {BATCH, 0, d}, DType.FLOAT64);
        same(logits(input().withFused(new EncoderStates(empty, null))), plain);
    }

    @Test
    void theOrderOfFusedStatesDoesNotMatter() {
        Tensor states = Torch.randn(new long[] {1, 6, model.config().dModel()}, DType.FLOAT64);
        EncoderStates fused = model.encode(ids, mask, null).prepend(new EncoderStates(states, TestModels.mask(6, 4)));
        Tensor order = Torch.randperm(6 + SOURCE);
        EncoderStates permuted = new EncoderStates(
                fused.states().index_select(1, order), fused.mask().index_select(1, order));
        Tensor plain = logits(T5Input.ofEncoded(fused, null).withDecoderInput(targets, null));
        same(logits(T5Input.ofEncoded(permuted, null).withDecoderInput(targets, null)), plain);
    }

    @Test
    void cachedStepsEqualOnePassWithPrefixesAndFusion() {
        T5Prefix decoder = prefix(model.decoder(), 1);
        Tensor states = Torch.randn(new long[] {1, 6, model.config().dModel()}, DType.FLOAT64);
        EncoderStates source = model.encode(ids, mask, prefix(model.encoder(), BATCH))
                .prepend(new EncoderStates(states, TestModels.mask(6, 5)));
        Tensor whole = logits(
                T5Input.ofEncoded(source, null).withPrefixes(null, decoder).withDecoderInput(targets, null));
        try (DecoderSession cached = new DecoderSession(model, source, decoder, null, TARGET);
                DecoderSession uncached = new DecoderSession(model, source, decoder, null, 0)) {
            for (int i = 0; i < TARGET; i++) {
                Tensor token = targets.narrow(1, i, 1);
                same(cached.step(token), whole.select(1, i));
                same(uncached.step(token), whole.select(1, i));
            }
        }
    }

    @Test
    void greedyIsTheSameWithAndWithoutCache() {
        T5Prefix decoder = prefix(model.decoder(), BATCH);
        EncoderStates source = model.encode(ids, mask, null);
        GenerationConfig generation = GenerationConfig.of(12).withoutEos();
        Tensor cached = model.generate(source, decoder, generation);
        assertThat(cached.shape()).containsExactly(BATCH, 13);
        assertThat(cached.toLongArray())
                .isEqualTo(model.generate(source, decoder, generation.withoutCache())
                        .toLongArray());
    }

    @Test
    void aGrowingCacheTakesSeveralPositionsAtATimeAndAnyMask() {
        int block = 2;
        int blocks = 3;
        Tensor z = Torch.randn(new long[] {BATCH, block * blocks, model.config().dModel()}, DType.FLOAT64);
        EncoderStates source = model.encode(ids, mask, null);
        Tensor whole = model.decoder()
                .forward(StackInput.ofEmbeds(z)
                        .withEncoder(source)
                        .withMask(AttentionMask.blockCausal(block * blocks, block * blocks, block)))
                .lastHiddenState();
        Tensor causal = model.decoder()
                .forward(StackInput.ofEmbeds(z).withEncoder(source))
                .lastHiddenState();
        different(whole, causal);
        try (T5Cache cache = T5Cache.growing()) {
            for (int i = 0; i < blocks; i++) {
                Tensor step = model.decoder()
                        .forward(StackInput.ofEmbeds(z.narrow(1, i * block, block))
                                .withEncoder(source)
                                .withMask(AttentionMask.bidirectional(block, (i + 1) * block))
                                .withCache(cache))
                        .lastHiddenState();
                same(step, whole.narrow(1, i * block, block));
            }
            assertThat(cache.length()).isEqualTo(block * blocks);
        }
    }

    @Test
    void rowsDependNeitherOnPaddingNorOnTheirCompany() {
        T5Prefix encoder = prefix(model.encoder(), BATCH);
        T5Prefix decoder = prefix(model.decoder(), BATCH);
        Tensor together = logits(input().withPrefixes(encoder, decoder));
        int[] lengths = {SOURCE, 4, 2};
        for (int row = 0; row < BATCH; row++) {
            Tensor alone = logits(T5Input.of(ids.narrow(0, row, 1).narrow(1, 0, lengths[row]), null, null)
                    .withPrefixes(rowOf(encoder, row), rowOf(decoder, row))
                    .withDecoderInput(targets.narrow(0, row, 1), null));
            same(alone, together.narrow(0, row, 1));
        }
    }

    private static T5Prefix rowOf(T5Prefix prefix, int row) {
        return new T5Prefix(prefix.layers().stream()
                .map(pair ->
                        new KeyValue(pair.key().narrow(0, row, 1), pair.value().narrow(0, row, 1)))
                .toList());
    }

    @Test
    void prefixesAreGivenFlatOrByHead() {
        T5Prefix byHead = prefix(model.decoder(), BATCH);
        T5Prefix flat = new T5Prefix(byHead.layers().stream()
                .map(pair -> new KeyValue(flat(pair.key()), flat(pair.value())))
                .toList());
        same(logits(input().withPrefixes(null, flat)), logits(input().withPrefixes(null, byHead)));
    }

    private static Tensor flat(Tensor byHead) {
        return byHead.transpose(1, 2).reshape(byHead.size(0), byHead.size(2), -1);
    }

    @Test
    void aFullyMaskedRowIsFinite() {
        Tensor nothing = TestModels.mask(SOURCE, 0, 3, 3);
        Tensor result = logits(T5Input.of(ids, nothing, null).withDecoderInput(targets, null));
        assertThat(result.isfinite().all().item().booleanValue()).isTrue();
    }
}
