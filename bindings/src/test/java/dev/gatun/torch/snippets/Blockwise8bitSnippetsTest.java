package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.Test;

class Blockwise8bitSnippetsTest {
    @Test
    void quantize() {
        // @start region="quantize"
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.randn(1000);
            Blockwise8bit.Quantized small = Blockwise8bit.quantize(x, 256, true); // 1000 bytes, and 4 floats
            Tensor back = Blockwise8bit.dequantize(small, 256, true);
            assertThat(back.sub(x).abs().max().item().doubleValue()).isLessThan(0.05);
        }
        // @end
    }
}
