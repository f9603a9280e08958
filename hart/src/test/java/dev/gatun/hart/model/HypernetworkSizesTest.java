package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The counts of specification 2.3 and 10.6, without memory for one of the parameters. */
class HypernetworkSizesTest {
    private static final TensorOptions META = TensorOptions.of(DType.FLOAT32, Device.META);

    @ParameterizedTest
    @CsvSource({"large, 477572096, 235307008, 712881152, 3145728", "xl, 1743673344, 940376064, 2684053504, 6291456"})
    void countsAreThePapers(String size, long backbone, long heads, long total, long generated) {
        T5Config main = size.equals("large") ? T5Config.preset("t5-v1_1-large") : T5Config.preset("t5-v1_1-xl");
        try (Hypernetwork hyper = new Hypernetwork(HyperConfig.paper(main), META)) {
            assertThat(hyper.backbone().numParameters() - hyper.backbone().z().numel())
                    .isEqualTo(backbone);
            assertThat(hyper.numParameters() - hyper.backbone().numParameters()).isEqualTo(heads);
            assertThat(hyper.numParameters()).isEqualTo(total);
            assertThat(hyper.numTrainableParameters()).isEqualTo(total);

            // Each generated tensor comes from a second projection of its own: 48 sites, a key and a value each.
            long projections = hyper.namedParameters().keySet().stream()
                    .filter(name -> name.endsWith("linear2.weight"))
                    .count();
            assertThat(projections).isEqualTo(96);
            assertThat(projections * hyper.config().prefix() * main.dModel()).isEqualTo(generated);
        }
    }

    /** As deep as the paper's, only narrow: the meta device cannot look up embeddings. */
    @Test
    void fortyEightSitesAreGenerated() {
        T5Config main = TestHarts.config(24, 24);
        HyperConfig config = new HyperConfig(main, 8, 32, 1, Memory.CACHE, false);
        try (Scope _ = Scope.open();
                Hypernetwork hyper = new Hypernetwork(config, null)) {
            Tensor ids = TestHarts.ids(1, 5);
            Adaptation made = hyper.forward(ids, ids.ones_like());
            assertThat(made.encoderPrefix().layers().size()
                            + made.decoderPrefix().layers().size())
                    .isEqualTo(48);
            assertThat(made.sites()).hasSize(96);
            assertThat(made.sites().map(Adaptation.Site::name)).doesNotHaveDuplicates();
            assertThat(made.sites().mapToLong(site -> site.values().numel()).sum())
                    .isEqualTo(4L * 24 * config.prefix() * main.dModel());
            assertThat(made.states().shape()).containsExactly(1, 24, 2, main.dModel());
        }
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        T5Config main = TestHarts.config(2, 2);
        assertThatThrownBy(() -> new HyperConfig(main, 0, 3, 1, Memory.CACHE, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decoder layer");
        T5Config narrow = T5Config.builder()
                .v11()
                .vocab(30)
                .sizes(16, 4, 32, 2)
                .layers(1, 1)
                .build();
        assertThatThrownBy(() -> new HyperConfig(narrow, 1, 3, 1, Memory.CACHE, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("num_heads * d_kv must equal d_model, but they are 8 and 16");
    }
}
