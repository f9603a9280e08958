package dev.gatun.apps.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
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
            results.put(
                    row,
                    row.kind().hasPeer()
                            ? Map.of(GpuPeers.GATUN, List.of(measured), GpuPeers.PYTHON, List.of(half))
                            : Map.of(GpuPeers.GATUN, List.of(measured)));
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
    void bothRoutesOfGenerationGiveTheSameTokens() {
        GpuRow recorded = new GpuRow(GpuRow.Kind.GENERATE32_GRAPH, GpuSize.TINY);
        try (Scope _ = Scope.open();
                GenerateWork graph = new GenerateWork(recorded, Device.CPU);
                GenerateWork eager = new GenerateWork(recorded.eager(), Device.CPU)) {
            Tensor tokens = eager.generate();
            assertThat(tokens.shape()).containsExactly(32, 1 + GpuSize.TINY.generated);
            assertThat(graph.generate().toLongArray()).isEqualTo(tokens.toLongArray());
            assertThat(graph.generate().toLongArray()).isEqualTo(tokens.toLongArray());
        }
    }

    private static List<String> judged(GpuRow.Kind kind, GpuSize size, Targets.Outcome found) {
        return Targets.of(new GpuRow(kind, size), found).stream()
                .map(Targets.Verdict::met)
                .toList();
    }

    @Test
    void targetsAreJudged() {
        double unknown = Double.NaN;
        Targets.Outcome slow = new Targets.Outcome(61, unknown, 0.79, unknown);
        Targets.Outcome fast = new Targets.Outcome(60, unknown, unknown, unknown);
        assertThat(judged(GpuRow.Kind.ADAPT, GpuSize.LARGE, fast)).containsExactly("met");
        assertThat(judged(GpuRow.Kind.ADAPT, GpuSize.LARGE, slow)).containsExactly("missed");
        assertThat(judged(GpuRow.Kind.ADAM8BIT, GpuSize.LARGE, slow)).containsExactly("missed");
        assertThat(judged(GpuRow.Kind.ADAM8BIT, GpuSize.LARGE, fast)).containsExactly("");
        assertThat(judged(GpuRow.Kind.TRAIN, GpuSize.XL, fast)).containsExactly("", "");
        Targets.Outcome train = new Targets.Outcome(1, 1.15, unknown, 0.44);
        assertThat(judged(GpuRow.Kind.TRAIN, GpuSize.XL, train)).containsExactly("met", "met");
        assertThat(judged(GpuRow.Kind.TRAIN, GpuSize.LARGE, train)).containsExactly("met", "met", "not reached");
        Targets.Outcome aim = new Targets.Outcome(1, 1.14, unknown, 0.45);
        assertThat(judged(GpuRow.Kind.TRAIN, GpuSize.LARGE, aim)).containsExactly("met", "missed", "reached");
    }

    private static List<GpuMeasurement> took(double millis, long gibi) {
        return List.of(new GpuMeasurement(List.of(millis), List.of(millis), gibi << 30, "", null));
    }

    @Test
    void thePageSetsThePeerBesideGatun(@TempDir Path folder) throws IOException {
        Map<String, String> card = Map.of("name", "NVIDIA H100 80GB HBM3");
        GpuRow train = new GpuRow(GpuRow.Kind.TRAIN, GpuSize.LARGE);
        double halfOfPeak = 2 * Costs.flops(Costs.of(train)) / DeviceFacts.peakFlops(card) * 1000;
        Map<GpuRow, Map<String, List<GpuMeasurement>>> results = new LinkedHashMap<>();
        results.put(train, Map.of(GpuPeers.GATUN, took(halfOfPeak, 20), GpuPeers.PYTHON, took(halfOfPeak * 1.25, 32)));
        GpuRow graph = new GpuRow(GpuRow.Kind.GENERATE1_GRAPH, GpuSize.LARGE);
        results.put(graph.eager(), Map.of(GpuPeers.GATUN, took(40, 2), GpuPeers.PYTHON, took(60, 0)));
        results.put(graph, Map.of(GpuPeers.GATUN, took(20, 3)));
        GpuRow alone = new GpuRow(GpuRow.Kind.GENERATE1_GRAPH, GpuSize.XL);
        results.put(alone, Map.of(GpuPeers.GATUN, took(20, 4)));
        String page = new GpuPage(card, results, 1, 1).write(folder);
        assertThat(page)
                .containsPattern(
                        "T5 training .* \\| 50.0 % \\| .* \\| 20.0 \\| [0-9.]+ \\| 40.0 % \\| 32.0 \\| 1.25 \\|"
                                + " 1.00 times .* \\| met; met; reached \\|")
                .containsPattern("large: greedy generation, batch 1 .* \\| 2.00 \\| 60.0 \\| .* \\| – \\| 1.50 \\|"
                        + " 2.00 times as fast \\| met \\|")
                .containsPattern("large: greedy generation, batch 1, by .* \\| 3.00 \\| 60.0 \\| .* \\| – \\| 3.00 \\|"
                        + " 2.00 times as fast \\| met \\|")
                .containsPattern("xl: greedy .* \\| 4.00 \\| – \\| – \\| – \\| – \\| 2.00 times as fast \\|  \\|");
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
