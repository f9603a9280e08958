package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameter counts of the paper's models (§1, §2.3), without memory for one of them. */
class T5SizesTest {
    private static final TensorOptions META = TensorOptions.of(DType.FLOAT32, Device.META);

    @ParameterizedTest
    @CsvSource({
        "large, 783150080, 308332032, 409019904, 32899072, 136340992",
        "xl, 2849757184, 1157729280, 1560431616, 65798144, 520145920"
    })
    void countsAreThePapers(
            String size, long total, long encoder, long decoder, long embedding, long eightLayerDecoder) {
        T5Config config = size.equals("large") ? T5Config.preset("t5-v1_1-large") : T5Config.preset("t5-v1_1-xl");
        try (T5 model = new T5(config, META);
                T5Stack hyperDecoder = T5Stack.decoder(config, 8, null, META)) {
            assertThat(model.numParameters()).isEqualTo(total);
            assertThat(model.shared().numParameters()).isEqualTo(embedding);
            assertThat(model.lmHead().numParameters()).isEqualTo(embedding);
            assertThat(model.encoder().numParameters() - embedding).isEqualTo(encoder);
            assertThat(model.decoder().numParameters() - embedding).isEqualTo(decoder);
            assertThat(hyperDecoder.numParameters()).isEqualTo(eightLayerDecoder);
            model.requiresGrad_(false);
            assertThat(model.numTrainableParameters()).isZero();
        }
    }
}
