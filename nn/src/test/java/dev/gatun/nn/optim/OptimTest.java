package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimTest {
    private static final String ADAMW = "torch.optim.AdamW";

    private static JsonNode optim() throws IOException {
        return new ObjectMapper().readTree(Golden.path("optim/optim.json").toFile());
    }

    @ParameterizedTest
    @ValueSource(strings = {"adamw", "adamw_linear"})
    void adamWEqualsPyTorchs(String name) throws IOException {
        JsonNode about = null;
        for (JsonNode node : optim().get("cases")) {
            about = node.get("name").asText().equals(name) ? node : about;
        }
        JsonNode settings = about.get("desc").get(ADAMW);
        JsonNode rates = about.get("lr_used_each_step");
        try (Scope _ = Scope.open();
                Golden golden = new Golden("optim " + name, "optim/optim.safetensors")) {
            List<Parameter> parameters = new ArrayList<>();
            golden.names("param0.").forEach(param -> parameters.add(new Parameter(golden.get(param))));
            try (AdamW optimizer = new AdamW(
                    List.of(new ParameterGroup(
                            parameters,
                            settings.get("lr").asDouble(),
                            settings.get("weight_decay").asDouble())),
                    settings.get("betas").get(0).asDouble(),
                    settings.get("betas").get(1).asDouble(),
                    settings.get("eps").asDouble())) {
                LinearSchedule schedule = schedule(optimizer, about.get("desc"));
                for (int step = 1; step <= rates.size(); step++) {
                    assertThat(optimizer.groups().getFirst().lr())
                            .isEqualTo(rates.get(step - 1).asDouble());
                    for (int i = 0; i < parameters.size(); i++) {
                        parameters.get(i).get().setGrad(golden.get("grad.step" + step + "." + i));
                    }
                    optimizer.step();
                    if (schedule != null) {
                        schedule.step();
                    }
                    compare(golden, name + ".step" + step, parameters);
                }
                Map<String, Tensor> state = optimizer.state().tensors();
                for (int i = 0; i < parameters.size(); i++) {
                    String step = ".step" + rates.size() + "." + i;
                    golden.close(state.get("state." + i + ".exp_avg"), name + ".exp_avg" + step, 1e-6);
                    golden.close(state.get("state." + i + ".exp_avg_sq"), name + ".exp_avg_sq" + step, 1e-6);
                }
            }
            parameters.forEach(Parameter::close);
        }
    }

    private static LinearSchedule schedule(AdamW optimizer, JsonNode description) {
        JsonNode steps = description.get("get_linear_schedule_with_warmup(num_warmup,num_training)");
        return steps == null
                ? null
                : new LinearSchedule(
                        optimizer, steps.get(0).asLong(), steps.get(1).asLong());
    }

    private static void compare(Golden golden, String step, List<Parameter> parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            if (golden.has(step + "." + i)) {
                golden.close(parameters.get(i).get(), step + "." + i, 1e-6);
            }
        }
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

    /** Eight steps, against four, a file, and four more with a new optimizer. */
    @Test
    void aSavedOptimizerGoesOnToTheBit(@TempDir Path folder) {
        try (Scope _ = Scope.open();
                Parameter straight = new Parameter(weight());
                Parameter resumed = new Parameter(weight());
                AdamW optimizer = new AdamW(List.of(straight), 0.01, 0.1);
                AdamW before = new AdamW(List.of(resumed), 0.01, 0.1)) {
            LinearSchedule schedule = new LinearSchedule(optimizer, 0, 8);
            run(straight, optimizer, schedule, 0, 8);
            run(resumed, before, new LinearSchedule(before, 0, 8), 0, 4);
            Path file = folder.resolve("optimizer.safetensors");
            SafeTensorsWriter.write(
                    file, before.state().tensors(), before.state().values());
            try (AdamW after = new AdamW(List.of(resumed), 0.01, 0.1);
                    SafeTensorsFile saved = new SafeTensorsFile(file)) {
                LinearSchedule second = new LinearSchedule(after, 0, 8);
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                saved.names().forEach(name -> tensors.put(name, saved.load(name)));
                after.loadState(new OptimizerState(tensors, saved.metadata()));
                second.setStepCount(4);
                run(resumed, after, second, 4, 8);
                assertThat(resumed.get().toFloatArray())
                        .isEqualTo(straight.get().toFloatArray());
                assertThat(after.state().values()).isEqualTo(optimizer.state().values());
            }
        }
    }

    private static Tensor weight() {
        return Torch.arange(12, dev.gatun.torch.DType.FLOAT32).sub(5.5).view(3, 4);
    }

    private static void run(Parameter parameter, AdamW optimizer, LinearSchedule schedule, int from, int to) {
        for (int step = from; step < to; step++) {
            try (Scope _ = Scope.open()) {
                optimizer.zeroGrad();
                parameter.get().square().mul(Math.sin(step) + 1.5).sum().backward();
                optimizer.step();
                schedule.step();
            }
        }
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
