package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimTest {
    private static final String ADAMW = "torch.optim.AdamW";

    private static JsonNode optim() throws IOException {
        return new ObjectMapper().readTree(Golden.path("optim/optim.json").toFile());
    }

    /** Float32 against the peer's float32, and float64 against its twin. */
    @ParameterizedTest
    @CsvSource({
        "adamw, FLOAT32, 1e-6",
        "adamw_linear, FLOAT32, 1e-6",
        "adafactor_t5, FLOAT32, 2e-6",
        "adafactor_relative, FLOAT32, 2e-6",
        "adamw, FLOAT64, 1e-12",
        "adamw_linear, FLOAT64, 1e-12",
        "adafactor_t5, FLOAT64, 1e-7",
        "adafactor_relative, FLOAT64, 1e-7"
    })
    @Tag("device")
    void stepsEqualThePeers(String name, DType dtype, double tolerance) throws IOException {
        JsonNode about = null;
        for (JsonNode node : optim().get("cases")) {
            about = node.get("name").asText().equals(name) ? node : about;
        }
        JsonNode rates = about.get("lr_used_each_step");
        String steps = name + (dtype == DType.FLOAT64 ? "_f64" : "");
        try (Scope _ = Scope.open();
                Golden golden = new Golden("optim " + steps, "optim/optim.safetensors")) {
            List<Parameter> parameters = new ArrayList<>();
            golden.names("param0.").forEach(param -> parameters.add(new Parameter(golden.get(param, dtype))));
            try (Optimizer optimizer = optimizer(parameters, about.get("desc"))) {
                LinearSchedule schedule = schedule(optimizer, about.get("desc"));
                int compared = 0;
                for (int step = 1; step <= rates.size(); step++) {
                    if (!rates.get(step - 1).isNull()) {
                        assertThat(optimizer.groups().getFirst().lr())
                                .isEqualTo(rates.get(step - 1).asDouble());
                    }
                    for (int i = 0; i < parameters.size(); i++) {
                        parameters.get(i).get().setGrad(golden.get("grad.step" + step + "." + i, dtype));
                    }
                    optimizer.step();
                    if (schedule != null) {
                        schedule.step();
                    }
                    compared += compare(golden, steps + ".step" + step, parameters, tolerance);
                }
                assertThat(compared).isEqualTo(4 * parameters.size());
                if (dtype == DType.FLOAT32) {
                    compareState(golden, name, ".step" + rates.size(), optimizer, tolerance);
                }
            }
            parameters.forEach(Parameter::close);
        }
    }

    private static Optimizer optimizer(List<Parameter> parameters, JsonNode description) {
        JsonNode adam = description.get(ADAMW);
        if (adam != null) {
            return new AdamW(
                    List.of(new ParameterGroup(
                            parameters,
                            adam.get("lr").asDouble(),
                            adam.get("weight_decay").asDouble())),
                    adam.get("betas").get(0).asDouble(),
                    adam.get("betas").get(1).asDouble(),
                    adam.get("eps").asDouble());
        }
        JsonNode factor = description.get("transformers.optimization.Adafactor");
        if (!factor.get("relative_step").asBoolean()) {
            return new Adafactor(parameters, factor.get("lr").asDouble());
        }
        Adafactor.Options options = new Adafactor.Options(1e-30, 1e-3, 1.0, -0.8, null, true, true, true);
        return new Adafactor(List.of(new ParameterGroup(parameters, 0, 0)), options);
    }

    private static LinearSchedule schedule(Optimizer optimizer, JsonNode description) {
        JsonNode steps = description.get("get_linear_schedule_with_warmup(num_warmup,num_training)");
        return steps == null
                ? null
                : new LinearSchedule(
                        optimizer, steps.get(0).asLong(), steps.get(1).asLong());
    }

    private static int compare(Golden golden, String step, List<Parameter> parameters, double tolerance) {
        int compared = 0;
        for (int i = 0; i < parameters.size(); i++) {
            if (golden.has(step + "." + i)) {
                golden.close(parameters.get(i).get(), step + "." + i, tolerance);
                compared++;
            }
        }
        return compared;
    }

    private static void compareState(Golden golden, String name, String step, Optimizer optimizer, double tolerance) {
        int compared = 0;
        for (int i = 0; i < optimizer.parameters().size(); i++) {
            for (Map.Entry<String, Tensor> entry :
                    optimizer.stateOf(optimizer.parameters().get(i)).entrySet()) {
                String expected = name + "." + entry.getKey() + step + "." + i;
                if (golden.has(expected)) {
                    golden.close(entry.getValue(), expected, tolerance);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(5);
    }

    @Test
    void linearSchedulesEqualHuggingFaces() throws IOException {
        for (JsonNode node : optim().get("linear_schedules")) {
            try (AdamW optimizer = new AdamW(List.of(), node.get("base_lr").asDouble(), 0)) {
                LinearSchedule schedule = new LinearSchedule(
                        optimizer,
                        node.get("warmup").asLong(),
                        node.get("total").asLong());
                for (JsonNode rate : node.get("lr_at_step_0_based")) {
                    assertThat(optimizer.groups().getFirst().lr()).isEqualTo(rate.asDouble());
                    schedule.step();
                }
            }
        }
    }

    private static Tensor weight() {
        return Torch.arange(12, DType.FLOAT32).sub(5.5).view(3, 4);
    }

    @Test
    void stateOfAnotherModelIsRefusedBeforeAnythingChanges() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(weight());
                AdamW optimizer = new AdamW(List.of(parameter), 0.01, 0)) {
            OptimizerState other =
                    new OptimizerState(Map.of("state.1.step", Torch.ones(new long[0])), Map.of("group.0.lr", "0.5"));
            assertThatThrownBy(() -> optimizer.loadState(other)).hasMessageContaining("'state.1.step'");
            OptimizerState partial =
                    new OptimizerState(Map.of("state.0.step", Torch.ones(new long[0])), Map.of("group.0.lr", "0.5"));
            assertThatThrownBy(() -> optimizer.loadState(partial)).hasMessageContaining("state.0.exp_avg");
            assertThatThrownBy(() -> optimizer.loadState(new OptimizerState(Map.of(), Map.of())))
                    .hasMessageContaining("group 0");
            assertThat(optimizer.groups().getFirst().lr()).isEqualTo(0.01);
        }
    }

    @Test
    void aParameterWithoutGradientIsLeftAlone() {
        try (Scope _ = Scope.open();
                Parameter used = new Parameter(weight());
                Parameter unused = new Parameter(weight());
                AdamW optimizer = new AdamW(List.of(used, unused), 0.01, 0.1)) {
            used.get().sum().backward();
            optimizer.step();
            assertThat(unused.get().equal(weight())).isTrue();
            assertThat(used.get().equal(weight())).isFalse();
            assertThat(optimizer.state().tensors().keySet())
                    .containsExactly("state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq");
        }
    }

    @Test
    void clippingScalesAllGradientsTogether() {
        try (Scope _ = Scope.open();
                Parameter a = new Parameter(Torch.zeros(1));
                Parameter b = new Parameter(Torch.zeros(2));
                Parameter none = new Parameter(Torch.zeros(1))) {
            a.get().setGrad(Tensor.of(new float[] {3}));
            b.get().setGrad(Tensor.of(new float[] {0, 4}));
            List<Parameter> all = List.of(a, b, none);
            assertThat(Gradients.norm(all)).isEqualTo(5);
            assertThat(Gradients.clipNorm_(all, 10)).isEqualTo(5);
            assertThat(a.grad().toFloatArray()).containsExactly(3);
            assertThat(Gradients.clipNorm_(all, 1)).isEqualTo(5);
            assertThat(Gradients.norm(all)).isBetween(0.99999, 1.0);
            assertThat(b.grad().toFloatArray()[1] / a.grad().toFloatArray()[0]).isBetween(1.3333f, 1.3334f);
            assertThat(Gradients.clipNorm_(List.of(none), 1)).isZero();
        }
    }
}
