package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.Golden;
import dev.gatun.nn.Init;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.peft.AdapterUpdate;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HINT: what it writes, by hand, and what the model makes of it. */
class HintTest {
    private static final int BATCH = 3;
    private static final int LAYERS = 2;
    private static final int DECODER_LAYERS = 3;
    private static final int PREFIX = 2;
    private static final int BOTTLENECK = 4;
    private static final int WIDTH = 16;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private Hint hint;
    private Tensor ids;
    private Tensor mask;
    private T5Input plain;

    @BeforeEach
    void open() {
        scope = Scope.open();
        T5 main = TestHarts.main(LAYERS, DECODER_LAYERS);
        hint = new Hint(main, new HintConfig(main.config(), PREFIX, BOTTLENECK), DType.FLOAT64);
        // Large enough for instructions to matter.
        hint.generator().namedParameters().forEach((name, parameter) -> {
            if (name.endsWith("out.weight") || name.contains("attention")) {
                Init.normal_(parameter, 0.7);
            }
        });
        hint.eval();
        Torch.manualSeed(8);
        ids = TestHarts.ids(BATCH, 6);
        mask = TestHarts.mask(6, 6, 4, 2);
        plain = T5Input.of(TestHarts.ids(BATCH, 5), TestHarts.mask(5, 5, 3, 1), null)
                .withDecoderInput(TestHarts.ids(BATCH, 4), null);
    }

    @AfterEach
    void close() {
        hint.close();
        scope.close();
    }

    private Tensor logits(T5Input input) {
        return hint.main().forward(input).logits();
    }

    private T5Input adapted(Adaptation made) {
        return plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix())
                .withUpdates(made.updates())
                .withFused(made.demonstrations());
    }

    private Tensor parameter(String name) {
        return hint.generator().namedParameters().get(name).get().detach();
    }

    /** Row {@code row} of one matrix for one example, head by head and without any of the classes under test. */
    private Tensor byHand(String queries, String mlp, int site, int matrix, int row, int example, int length) {
        int heads = 2;
        int size = WIDTH / heads;
        Tensor query = parameter(queries)
                .select(0, site)
                .select(0, matrix)
                .select(0, row)
                .matmul(parameter("attention.q.weight").t());
        EncoderStates encoded = hint.main().encode(ids.narrow(0, example, 1).narrow(1, 0, length), null, null);
        Tensor states = encoded.states().select(0, 0).detach();
        Tensor keys = states.matmul(parameter("attention.k.weight").t());
        Tensor values = states.matmul(parameter("attention.v.weight").t());
        List<Tensor> contexts = new ArrayList<>();
        for (int h = 0; h < heads; h++) {
            Tensor logits = keys.narrow(1, h * size, size)
                    .matmul(query.narrow(0, h * size, size))
                    .div(Math.sqrt(size));
            contexts.add(logits.softmax(0).matmul(values.narrow(1, h * size, size)));
        }
        Tensor read = Torch.cat(contexts.toArray(Tensor[]::new), 0)
                .matmul(parameter("attention.o.weight").t());
        Tensor hidden = read.matmul(parameter(mlp + ".in.weight").t())
                .add(parameter(mlp + ".in.bias"))
                .gelu("tanh");
        return hidden.matmul(parameter(mlp + ".out.weight").t())
                .add(parameter(mlp + ".out.bias"))
                .div(Math.sqrt(WIDTH));
    }

    @Test
    void writesWhatTheSpecificationSays() {
        Adaptation made = hint.forward(ids, mask);
        int[] lengths = {6, 4, 2};
        for (int example = 0; example < BATCH; example++) {
            for (int l = 0; l < LAYERS; l++) {
                check(made.encoderPrefix().layers().get(l), l, example, lengths[example]);
            }
            for (int l = 0; l < DECODER_LAYERS; l++) {
                check(made.decoderPrefix().layers().get(l), LAYERS + l, example, lengths[example]);
                check(made.decoderPrefix().cross().get(l), LAYERS + DECODER_LAYERS + l, example, lengths[example]);
            }
            int layer = 0;
            for (Object update : made.updates().byName().values()) {
                AdapterUpdate adapter = (AdapterUpdate) update;
                for (int row = 0; row < BOTTLENECK; row++) {
                    same(
                            adapter.down().select(0, example).select(0, row),
                            byHand("adapter_queries", "adapter_down", layer, 0, row, example, lengths[example]));
                    same(
                            adapter.up().select(0, example).select(1, row),
                            byHand("adapter_queries", "adapter_up", layer, 1, row, example, lengths[example]));
                }
                layer++;
            }
        }
        assertThat(made.updates().byName().keySet())
                .containsExactly(
                        "encoder.block.0.layer.1.DenseReluDense",
                        "encoder.block.1.layer.1.DenseReluDense",
                        "decoder.block.0.layer.2.DenseReluDense",
                        "decoder.block.1.layer.2.DenseReluDense",
                        "decoder.block.2.layer.2.DenseReluDense");
        assertThat(made.states()).isNull();
    }

    private void check(KeyValue pair, int site, int example, int length) {
        for (int row = 0; row < PREFIX; row++) {
            same(
                    pair.key().select(0, example).select(0, row),
                    byHand("prefix_queries", "prefix_key", site, 0, row, example, length));
            same(
                    pair.value().select(0, example).select(0, row),
                    byHand("prefix_queries", "prefix_value", site, 1, row, example, length));
        }
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(Golden.relativeError(a, b)).isLessThan(EXACT);
    }

    @Test
    void everyPartOfItChangesTheModel() {
        Adaptation made = hint.forward(ids, mask);
        Tensor all = logits(adapted(made));
        T5Input input = adapted(made);
        List<T5Input> without = List.of(
                input.withPrefixes(null, made.decoderPrefix()),
                input.withPrefixes(made.encoderPrefix(), null),
                input.withPrefixes(made.encoderPrefix(), made.decoderPrefix().withCross(List.of())),
                input.withUpdates(null),
                input.withFused(null));
        without.forEach(
                other -> assertThat(Golden.relativeError(logits(other), all)).isGreaterThan(1e-3));
    }

    /** Shared weights: the model's encoder, its embedding and its decoder learn together with all of the generator. */
    @Test
    void modelAndGeneratorLearn() {
        Tensor loss = logits(adapted(hint.forward(ids, mask))).square().mean();
        loss.backward();
        hint.namedParameters()
                .forEach((name, parameter) -> assertThat(
                                parameter.grad() == null
                                        ? 0
                                        : parameter.grad().abs().max().item().doubleValue())
                        .as(name)
                        .isGreaterThan(0));
        assertThat(hint.namedParameters().keySet()).anyMatch(name -> name.startsWith("main.encoder."));
    }

    @Test
    void neitherPaddingNorTheBatchMatters() {
        Adaptation made = hint.forward(ids, mask);
        Tensor together = logits(adapted(made));
        Tensor order = Tensor.of(new long[] {2, 0, 1}, BATCH);
        Tensor back = Tensor.of(new long[] {1, 2, 0}, BATCH);
        Adaptation turned = hint.forward(ids.index_select(0, order), mask.index_select(0, order));
        same(logits(adapted(turned.rows(back))), together);
        Tensor alone = ids.narrow(0, 1, 1).narrow(1, 0, 4);
        Adaptation one = hint.forward(alone, alone.ones_like());
        same(
                one.decoderPrefix().cross().get(1).key(),
                made.decoderPrefix().cross().get(1).key().narrow(0, 1, 1));
    }

    @Test
    void cachedDecodingIsUncachedDecoding() {
        Adaptation made = hint.forward(ids, mask);
        EncoderStates encoded = hint.main()
                .encode(plain.inputIds(), plain.attentionMask(), made.encoderPrefix(), made.updates())
                .prepend(made.demonstrations());
        GenerationConfig greedy = GenerationConfig.of(8).withoutEos();
        long[] cached = hint.main()
                .generate(encoded, made.decoderPrefix(), made.updates(), greedy)
                .toLongArray();
        assertThat(hint.main()
                        .generate(encoded, made.decoderPrefix(), made.updates(), greedy.withoutCache())
                        .toLongArray())
                .isEqualTo(cached);
    }

    @Test
    void anAdaptationComesBackFromItsSites() {
        Adaptation made = hint.forward(ids, mask);
        Map<String, Tensor> sites = new LinkedHashMap<>();
        made.sites().forEach(site -> sites.put(site.name(), site.values()));
        assertThat(sites).hasSize(2 * (LAYERS + 2 * DECODER_LAYERS) + 2 * (LAYERS + DECODER_LAYERS));
        Adaptation read = Adaptation.ofSites(hint.main(), sites, made.demonstrations());
        assertThat(Golden.relativeError(logits(adapted(read)), logits(adapted(made))))
                .isZero();
        sites.remove("cross.2.value");
        assertThatThrownBy(() -> Adaptation.ofSites(hint.main(), sites, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cross.2.value is missing");
        assertThatThrownBy(() -> Adaptation.ofSites(hint.main(), Map.of("encoder.7.key", ids), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[encoder.7.key]");
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        T5Config config = TestHarts.config(1, 1);
        assertThatThrownBy(() -> new HintConfig(config, 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 0 and 4");
        T5Config narrow = config.toBuilder().sizes(16, 4, 32, 2).build();
        assertThatThrownBy(() -> HintConfig.paper(narrow))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must equal d_model");
    }
}
