package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockwiseGoldenTest {
    /** Within the unit in the last place that golden's README allows: bitsandbytes' own depend on PyTorch's version. */
    @Test
    void mapsEqualBitsandbytes() {
        try (Scope _ = Scope.open();
                Golden golden = new Golden("bnb maps", "bnb/maps.safetensors")) {
            for (boolean signed : new boolean[] {true, false}) {
                float[] expected = golden.get(signed ? "signed" : "unsigned").toFloatArray();
                float[] numbers = Blockwise8bit.map(signed).toFloatArray();
                assertThat(numbers).hasSize(256).isSorted().contains(0, 1);
                for (int code = 0; code < numbers.length; code++) {
                    assertThat(Math.abs(Float.floatToIntBits(numbers[code]) - Float.floatToIntBits(expected[code])))
                            .as("code " + code + " is " + numbers[code] + ", bitsandbytes' " + expected[code])
                            .isLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void codesEqualBitsandbytes() throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(Golden.path("bnb/quantize.json").toFile())
                .get("cases");
        assertThat(cases).hasSize(12);
        try (Scope _ = Scope.open();
                Golden golden = new Golden("bnb quantize", "bnb/quantize.safetensors")) {
            for (JsonNode about : cases) {
                String name = about.get("case").asText();
                int block = about.get("blocksize").asInt();
                boolean signed = name.endsWith(".signed");
                Blockwise8bit.Quantized found = Blockwise8bit.quantize(golden.get(name + ".input"), block, signed);
                Tensor off = found.codes()
                        .to(DType.INT32)
                        .sub(golden.get(name + ".codes_cuda_kernel", DType.INT32))
                        .abs();
                Tensor ambiguous = golden.get(name + ".ambiguous");
                assertThat(off.masked_fill(ambiguous, 0).max().item().longValue())
                        .as(name)
                        .isZero();
                assertThat(off.max().item().longValue()).as(name).isLessThanOrEqualTo(1);
                golden.close(found.absmax(), name + ".absmax", 0);
                Tensor back = Blockwise8bit.dequantize(found, block, signed).masked_fill(ambiguous, 0);
                golden.compare(
                        back, golden.get(name + ".dequantized").masked_fill(ambiguous, 0), name + ".dequantized", 1e-6);
            }
        }
    }

    /** Every code against a search through the thresholds by an op. */
    @Test
    void aCodeIsTheCountOfThresholdsBelow() {
        Random random = new Random(5);
        float[] numbers = new float[1 << 16];
        for (int i = 0; i < numbers.length; i++) {
            float magnitude = (float) Math.exp(-20 * random.nextDouble());
            numbers[i] = i % 3 == 0 ? -magnitude : magnitude;
        }
        numbers[0] = 1;
        try (Scope _ = Scope.open()) {
            for (boolean signed : new boolean[] {true, false}) {
                Tensor thresholds = Blockwise8bit.thresholds(signed);
                // The thresholds themselves too: there it is that a tie would show. A block that is led by 1 is not
                // scaled.
                Tensor x = Torch.cat(new Tensor[] {Torch.ones(1), thresholds}, 0);
                Tensor input = signed
                        ? Tensor.of(numbers, numbers.length)
                        : Tensor.of(numbers, numbers.length).abs();
                for (Tensor each : new Tensor[] {x, input}) {
                    for (long from = 0; from < each.numel(); from += 4095) {
                        Tensor part = each.narrow(0, from, Math.min(4095, each.numel() - from));
                        Tensor led = Torch.cat(new Tensor[] {Torch.ones(1), part}, 0);
                        Tensor codes = Blockwise8bit.quantize(led, 4096, signed).codes();
                        assertThat(codes.to(DType.INT64).equal(led.bucketize(thresholds)))
                                .isTrue();
                    }
                }
            }
        }
    }
}
