package dev.gatun.apps.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark's logic, on the CPU with a tiny model, and its reckoning against counts that are known. */
class GpuBenchTest {
    private static final double GIGA = 1e9;

    private static double bytes(GpuRow row, String phase) {
        return Costs.of(row).stream()
                .filter(each -> each.name().equals(phase))
                .mapToDouble(Costs.Phase::bytes)
                .findFirst()
                .orElseThrow();
    }

    /** Sizes of the published models and of the paper's hypernetwork; norms, biases and z are not reckoned. */
    @Test
    void weightsAreThoseOfTheModels() {
        double adamw = 28;
        assertThat(bytes(new GpuRow(GpuRow.Kind.TRAIN, GpuSize.LARGE), "AdamW") / adamw)
                .isCloseTo(783_150_080, within(2e5));
        assertThat(bytes(new GpuRow(GpuRow.Kind.TRAIN, GpuSize.XL), "AdamW") / adamw)
                .isCloseTo(2_849_757_184.0, within(5e5));
        assertThat(bytes(new GpuRow(GpuRow.Kind.HART, GpuSize.LARGE), "AdamW") / adamw)
                .isCloseTo(712_881_152, within(6e5));
        assertThat(bytes(new GpuRow(GpuRow.Kind.HART, GpuSize.XL), "AdamW") / adamw)
                .isCloseTo(2_684_053_504.0, within(2e6));
    }

    /** Two operations for each weight and token, three times in training; attention comes on top. */
    @Test
    void operationsAreAboutSixForEachWeightAndToken() {
        GpuRow row = new GpuRow(GpuRow.Kind.TRAIN, GpuSize.LARGE);
        // Encoder weights by source tokens; the decoder's, and lm_head's, by target tokens, but cross-attention's keys
        // and
        // values, a quarter of its eight products, by source tokens.
        double cross = 24 * 2.0 * 1024 * 1024;
        double linear = 6 * 16 * (384 * (308_281_344.0 + cross) + 128 * (408_944_640.0 - cross + 32_899_072.0));
        double all = Costs.flops(Costs.of(row));
        assertThat(all).isGreaterThan(linear);
        double attention = 3 * 16 * 4 * 1024.0 * 24 * (384 * 384 + 128 * 128 + 128 * 384);
        assertThat(all).isCloseTo(linear + attention, within(linear * 1e-9));
    }

    @Test
    void aTokenReadsTheDecoderOnce() {
        GpuRow one = new GpuRow(GpuRow.Kind.GENERATE1, GpuSize.LARGE);
        double weights = 2 * (408_944_640.0 + 32_899_072);
        assertThat(bytes(one, "tokens") / 64).isBetween(weights, weights * 1.1);
        Costs.Phase phase = new Costs.Phase("p", 3e12, 1e12);
        assertThat(phase.seconds(new Costs.Limits(1e12, 1e12))).isEqualTo(3);
        assertThat(phase.isBoundByMemory(new Costs.Limits(1e12, 1e11))).isTrue();
    }

    @Test
    void everyRowRunsAndThePageHasIt(@TempDir Path folder) throws IOException {
        Map<GpuRow, Map<String, List<GpuMeasurement>>> results = new LinkedHashMap<>();
        for (GpuRow row : GpuRow.all(List.of(GpuSize.TINY), Device.CPU)) {
            GpuMeasurement measured = GpuWorker.measure(row, Device.CPU, 0);
            assertThat(measured.millis()).as(row.toString()).hasSizeGreaterThanOrEqualTo(3);
            assertThat(measured.peakBytes()).as(row.toString()).isPositive();
            GpuMeasurement half =
                    new GpuMeasurement(List.of(measured.medianMillis() * 3), List.of(1.0), 0, "0.0 of a peer", null);
            results.put(row, Map.of(GpuPeers.GATUN, List.of(measured), GpuPeers.PYTHON, List.of(half)));
        }
        GpuRow lost = new GpuRow(GpuRow.Kind.TRAIN, GpuSize.XL);
        results.put(lost, Map.of(GpuPeers.GATUN, List.of(GpuMeasurement.failed("exit code 1: no memory"))));
        String page = new GpuPage(DeviceFacts.of(Device.CPU), results, 0, 1).write(folder);
        assertThat(page)
                .contains("| tiny: HART training step, main model frozen, AdamW |")
                .contains("| 3.00 | 1.20 times as fast | met |")
                .contains("- train-xl by gatun: exit code 1: no memory")
                .contains("- Python's torch: 0.0 of a peer")
                .contains("(the product below)");
        JsonNode json = new ObjectMapper().readTree(folder.resolve("gpu.json").toFile());
        assertThat(json.at("/hart-tiny/gatun/millis/0").asDouble()).isPositive();
        assertThat(json.at("/train-xl/gatun/error").asText()).isEqualTo("exit code 1: no memory");
    }

    @Test
    void targetsAreJudged() {
        GpuRow adapt = new GpuRow(GpuRow.Kind.ADAPT, GpuSize.LARGE);
        assertThat(Targets.of(adapt, 60, Double.NaN, 0).met()).isEqualTo("met");
        assertThat(Targets.of(adapt, 61, Double.NaN, 0).met()).isEqualTo("missed");
        GpuRow adam = new GpuRow(GpuRow.Kind.ADAM8BIT, GpuSize.LARGE);
        assertThat(Targets.of(adam, 1, Double.NaN, 0.79).met()).isEqualTo("missed");
        assertThat(Targets.of(adam, 1, Double.NaN, Double.NaN).met()).isEmpty();
        assertThat(Targets.of(new GpuRow(GpuRow.Kind.TRAIN, GpuSize.XL), 1, Double.NaN, 0)
                        .met())
                .isEmpty();
    }

    @Test
    void devicesAndCardsAreKnownByName() {
        assertThat(DeviceFacts.parse("cuda:3")).isEqualTo(Device.cuda(3));
        assertThat(DeviceFacts.parse("cuda")).isEqualTo(Device.cuda(0));
        assertThatThrownBy(() -> DeviceFacts.parse("gpu")).hasMessageContaining("cuda:N, not 'gpu'");
        assertThat(DeviceFacts.peakFlops(Map.of("name", "NVIDIA H100 80GB HBM3")) / GIGA)
                .isEqualTo(989_400);
        assertThat(DeviceFacts.peakFlops(Map.of("name", "NVIDIA H100 PCIe")) / GIGA)
                .isEqualTo(756_000);
        assertThat(DeviceFacts.peakFlops(Map.of())).isNaN();
        assertThatThrownBy(() -> GpuRow.of("train-huge")).isInstanceOf(IllegalArgumentException.class);
        assertThat(GpuRow.of("generate1-xl")).isEqualTo(new GpuRow(GpuRow.Kind.GENERATE1, GpuSize.XL));
    }

    @Test
    void thePythonAtHandDoesTheSameWork() throws IOException {
        String python = System.getenv("GATUN_TEST_PYTHON");
        assumeTrue(python != null, "needs a Python peer: GATUN_TEST_PYTHON=… (with torch and transformers)");
        GpuPeers peers = new GpuPeers(Device.CPU, 0, python);
        for (GpuRow row : GpuRow.all(List.of(GpuSize.TINY), Device.CPU)) {
            if (row.kind() != GpuRow.Kind.ADAM8BIT) {
                peers.measure(row).forEach((peer, measurement) -> {
                    assertThat(measurement.error()).as(row + " by " + peer).isNull();
                    assertThat(measurement.millis()).hasSizeGreaterThanOrEqualTo(3);
                });
            }
        }
    }
}
