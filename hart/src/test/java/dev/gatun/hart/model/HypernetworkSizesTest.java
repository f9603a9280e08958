package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much is generated (specification 10.6), and for whom nothing can be; parameters are in {@link SystemSizesTest}. */
class HypernetworkSizesTest {
    /** As deep as the paper's, only narrow: the meta device cannot look up embeddings. */
    @ParameterizedTest
    @EnumSource(Generator.class)
    void fortyEightSitesAreGenerated(Generator generator) {
        T5Config main = TestHarts.config(24, 24);
        HyperConfig config = HyperConfig.builder(main).generator(generator).build();
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
            assertThat(made.states().shape())
                    .isEqualTo(
                            generator == Generator.HART
                                    ? new long[] {1, 24, 2, main.dModel()}
                                    : new long[] {1, 64, main.dModel()});
        }
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        T5Config main = TestHarts.config(2, 2);
        assertThatThrownBy(() -> HyperConfig.builder(main).decoderLayers(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decoder layer");
        T5Config narrow = T5Config.builder()
                .v11()
                .vocab(30)
                .sizes(16, 4, 32, 2)
                .layers(1, 1)
                .build();
        assertThatThrownBy(() -> HyperConfig.paper(narrow))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("num_heads * d_kv must equal d_model, but they are 8 and 16");
    }
}
