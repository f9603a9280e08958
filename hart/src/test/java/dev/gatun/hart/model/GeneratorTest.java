package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.Golden;
import dev.gatun.nn.t5.AttentionMask;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Stack;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The generator's invariants (specification 10.2 and 10.3), whatever the weights are. */
class GeneratorTest {
    private static final int BATCH = 3;
    private static final int DEMOS = 6;
    private static final double EXACT = 1e-12;

    private final List<AutoCloseable> models = new ArrayList<>();
    private Scope scope;
    private GradMode noGrad;
    private Tensor ids;
    private Tensor mask;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = Torch.noGrad();
        Torch.manualSeed(2);
        ids = TestHarts.ids(BATCH, DEMOS);
        mask = TestHarts.mask(DEMOS, DEMOS, 4, 1);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable model : models) {
            model.close();
        }
        noGrad.close();
        scope.close();
    }

    private Hypernetwork hyper(int layers, Memory memory, boolean causal) {
        T5 main = TestHarts.main(layers, layers);
        Hypernetwork hyper = TestHarts.hyper(main, memory, causal);
        models.add(main);
        models.add(hyper);
        return hyper;
    }

    private Tensor states(Hypernetwork hyper) {
        return hyper.forward(ids, mask).states();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCacheIsABlockCausalPassOverZAndAllStatesButTheLast(boolean causal) {
        int layers = 4;
        Hypernetwork hyper = hyper(layers, Memory.CACHE, causal);
        Adaptation made = hyper.forward(ids, mask);
        Tensor z = hyper.backbone().z().get();
        Tensor inputs = Torch.cat(
                new Tensor[] {
                    z.unsqueeze(0).expand(BATCH, 2, z.size(1)),
                    made.states().narrow(1, 0, layers - 1).flatten(1, 2)
                },
                1);
        Tensor whole = hyper.backbone()
                .decoder()
                .forward(StackInput.ofEmbeds(inputs)
                        .withMask(
                                causal
                                        ? AttentionMask.causal(2 * layers, 2 * layers)
                                        : AttentionMask.blockCausal(2 * layers, 2 * layers, 2))
                        .withEncoder(made.demonstrations()))
                .lastHiddenState();
        assertThat(Golden.relativeError(made.states().flatten(1, 2), whole)).isLessThan(EXACT);
    }

    @Test
    void forOneLayerAllMemoriesAreTheSame() {
        Hypernetwork cache = hyper(1, Memory.CACHE, false);
        for (Memory memory : Memory.values()) {
            Hypernetwork other = hyper(1, memory, false);
            TestHarts.copyZ(cache, other);
            assertThat(Golden.relativeError(states(other), states(cache)))
                    .as(memory.name())
                    .isLessThan(EXACT);
        }
    }

    @Test
    void forTwoLayersAllMemoriesDiffer() {
        Tensor cache = states(hyper(2, Memory.CACHE, false));
        Tensor markov = states(hyper(2, Memory.MARKOV, false));
        Tensor shared = states(hyper(2, Memory.SHARED, false));
        // The same weights: they start from the same pair, and part at the second.
        for (Tensor other : List.of(markov, shared)) {
            assertThat(Golden.relativeError(other.select(1, 0), cache.select(1, 0)))
                    .isLessThan(EXACT);
            assertThat(Golden.relativeError(other.select(1, 1), cache.select(1, 1)))
                    .isGreaterThan(1e-3);
        }
        assertThat(Golden.relativeError(markov, shared)).isGreaterThan(1e-3);
        assertThat(Golden.relativeError(shared.select(1, 1), shared.select(1, 0)))
                .isZero();
        Tensor parallel = states(hyper(2, Memory.PARALLEL, false));
        for (Tensor other : List.of(cache, markov, shared)) {
            assertThat(Golden.relativeError(parallel, other)).isGreaterThan(1e-3);
        }
    }

    @Test
    void causalPairsHideTheSecondStateFromTheFirst() {
        Tensor open = states(hyper(1, Memory.CACHE, false));
        Tensor causal = states(hyper(1, Memory.CACHE, true));
        assertThat(Golden.relativeError(causal.select(2, 0), open.select(2, 0))).isGreaterThan(1e-3);
        Hypernetwork changed = hyper(1, Memory.CACHE, true);
        changed.backbone().z().get().select(0, 1).add_(1.0);
        Tensor other = states(changed);
        assertThat(Golden.relativeError(other.select(2, 0), causal.select(2, 0)))
                .isLessThan(EXACT);
        assertThat(Golden.relativeError(other.select(2, 1), causal.select(2, 1)))
                .isGreaterThan(1e-3);
    }

    /** The decoder's buckets are unidirectional: a key at or after the query has bucket 0, whatever the mask lets through. */
    @Test
    void futureKeysHaveBucketZero() {
        Hypernetwork hyper = hyper(2, Memory.PARALLEL, false);
        T5Stack decoder = hyper.backbone().decoder();
        Tensor table = decoder.namedParameters().entrySet().stream()
                .filter(e -> e.getKey().endsWith("relative_attention_bias.weight"))
                .findFirst()
                .orElseThrow()
                .getValue()
                .get();
        int positions = 4;
        Tensor bias = decoder.positionBias(positions, positions);
        for (int query = 0; query < positions; query++) {
            for (int key = 0; key < positions; key++) {
                Tensor expected = table.select(0, Math.max(0, query - key)); // near distances are buckets of their own
                assertThat(Golden.relativeError(
                                bias.select(3, key).select(2, query).squeeze(0), expected))
                        .as("query " + query + ", key " + key)
                        .isZero();
            }
        }
        // And the generator uses it: changing bucket 0 of a table whose other rows stay changes the states.
        Tensor before = states(hyper);
        table.select(0, 0).add_(2.0);
        assertThat(Golden.relativeError(states(hyper), before)).isGreaterThan(1e-4);
    }

    @Test
    void statesAreNotPermutedWithZ() {
        Hypernetwork hyper = hyper(1, Memory.CACHE, false);
        Tensor before = states(hyper);
        Tensor z = hyper.backbone().z().get();
        z.copy_(z.flip(0).clone());
        assertThat(Golden.relativeError(states(hyper).flip(2), before)).isGreaterThan(1e-3);
    }

    @Test
    void statesDependNeitherOnPaddingNorOnTheBatch() {
        for (Memory memory : Memory.values()) {
            Hypernetwork hyper = hyper(3, memory, false);
            Tensor together = states(hyper);
            int[] lengths = {DEMOS, 4, 1};
            for (int row = 0; row < BATCH; row++) {
                Tensor alone = ids.narrow(0, row, 1).narrow(1, 0, lengths[row]);
                Tensor ones = alone.ones_like();
                assertThat(Golden.relativeError(hyper.forward(alone, ones).states(), together.narrow(0, row, 1)))
                        .as(memory + ", row " + row)
                        .isLessThan(EXACT);
            }
        }
    }
}
