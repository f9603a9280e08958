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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Adam8bitTest {
    @ParameterizedTest
    @ValueSource(strings = {"adam8bit", "adamw8bit", "adam8bit_bs2048_old", "edge"})
    @Tag("device")
    void equalsBitsandbytes(String name) throws IOException {
        JsonNode about = null;
        for (JsonNode node : new ObjectMapper()
                .readTree(Golden.path("bnb/adam8bit.json").toFile())
                .get("cases")) {
            about = node.get("name").asText().equals(name) ? node : about;
        }
        Adam8bit.Options options = Adam8bit.Options.DEFAULTS
                .withBetas(about.get("b1").asDouble(), about.get("b2").asDouble())
                .withBlockSize(about.get("blocksize").asInt());
        try (Scope _ = Scope.open();
                Golden golden = new Golden("bnb " + name, "bnb/adam8bit.safetensors");
                Parameter parameter = new Parameter(golden.get(name + ".param0").clone());
                Adam8bit optimizer = new Adam8bit(
                        List.of(new ParameterGroup(
                                List.of(parameter),
                                about.get("lr").asDouble(),
                                about.get("wd").asDouble())),
                        options)) {
            Tensor grads = golden.get(name + ".grads");
            int compared = 0;
            for (int step = 1; step <= grads.size(0); step++) {
                parameter.get().setGrad(grads.select(0, step - 1).clone());
                optimizer.step();
                String prefix = name + ".step" + step + ".";
                if (golden.has(prefix + "param")) {
                    compare(golden, prefix, parameter, optimizer.stateOf(parameter), step);
                    compared++;
                }
            }
            assertThat(compared).isEqualTo(name.equals("edge") ? 3 : 4);
        }
    }

    /** The tolerances of golden/README.md; those of parameters are absolute, but for the ill-conditioned case. */
    private static void compare(
            Golden golden, String prefix, Parameter parameter, Map<String, Tensor> state, int step) {
        for (String codes : List.of("state1", "state2")) {
            Tensor off = state.get(codes)
                    .to(DType.INT32)
                    .sub(golden.get(prefix + codes, DType.INT32))
                    .abs();
            assertThat(off.max().item().longValue()).as(prefix + codes).isLessThanOrEqualTo(1);
            assertThat(off.ne(0).sum().item().doubleValue() / off.numel())
                    .as(prefix + codes)
                    .isLessThanOrEqualTo(0.002);
        }
        golden.close(state.get("absmax1"), prefix + "absmax1", 1e-6);
        golden.close(state.get("absmax2"), prefix + "absmax2", 1e-6);
        Tensor expected = golden.get(prefix + "param");
        Tensor off = parameter.get().detach().sub(expected).abs();
        if (prefix.startsWith("edge")) {
            off = off.div(expected.abs().clamp_min(1));
            assertThat(off.max().item().doubleValue()).as(prefix).isLessThanOrEqualTo(1e-4);
        } else {
            assertThat(off.max().item().doubleValue()).as(prefix).isLessThanOrEqualTo(3e-4);
            double within = off.le(1e-6).sum().item().doubleValue() / off.numel();
            assertThat(within).as(prefix + " share within 1e-6").isGreaterThanOrEqualTo(step <= 5 ? 0.999 : 0.99);
        }
    }

    /** The kernel against ops, which a parameter that is not contiguous is updated by: the same bits. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "BFLOAT16"})
    void theKernelEqualsOps(DType dtype) {
        Torch.manualSeed(1);
        try (Scope _ = Scope.open();
                Parameter plain = new Parameter(Torch.randn(70, 61).to(dtype));
                Parameter turned =
                        new Parameter(plain.get().detach().t().contiguous().t());
                Parameter small = new Parameter(Torch.randn(30, 5).to(dtype));
                Parameter smallTurned =
                        new Parameter(small.get().detach().t().contiguous().t());
                Adam8bit fast = new Adam8bit(groups(plain, small), Adam8bit.Options.DEFAULTS);
                Adam8bit slow = new Adam8bit(groups(turned, smallTurned), Adam8bit.Options.DEFAULTS)) {
            assertThat(turned.get().isContiguous()).isFalse();
            for (int step = 0; step < 6; step++) {
                Tensor grad = Torch.randn(70, 61).mul(Math.exp(step - 3)).to(dtype);
                if (step == 3) {
                    grad.select(0, 7).fill_(Double.NaN);
                    grad.select(0, 9).fill_(Double.POSITIVE_INFINITY);
                }
                if (step == 4) {
                    grad.zero_();
                }
                plain.get().setGrad(grad);
                turned.get().setGrad(grad.t().contiguous().t());
                Tensor little = Torch.randn(30, 5).to(dtype);
                small.get().setGrad(little);
                smallTurned.get().setGrad(little.t().contiguous().t());
                fast.step();
                slow.step();
                assertSame(plain, turned, fast, slow);
                assertSame(small, smallTurned, fast, slow);
            }
        }
    }

    private static List<ParameterGroup> groups(Parameter... parameters) {
        return List.of(new ParameterGroup(List.of(parameters), 1e-2, 0.1));
    }

    private static void assertSame(Parameter a, Parameter b, Adam8bit ofA, Adam8bit ofB) {
        assertThat(a.get().equal(b.get())).isTrue();
        assertThat(ofA.stateOf(a).keySet()).isEqualTo(ofB.stateOf(b).keySet());
        ofA.stateOf(a)
                .forEach(
                        (name, tensor) -> assertThat(tensor.equal(ofB.stateOf(b).get(name)))
                                .as(name)
                                .isTrue());
    }

    @Test
    void threadsChangeNoBit() {
        int before = Torch.getNumThreads();
        try (Scope _ = Scope.open()) {
            Tensor start = Torch.randn(100_003);
            Tensor grad = Torch.randn(100_003);
            Tensor[] results = new Tensor[3];
            for (int threads = 1; threads <= 3; threads++) {
                Torch.setNumThreads(threads);
                try (Parameter parameter = new Parameter(start.clone());
                        Adam8bit optimizer = new Adam8bit(List.of(parameter), 1e-2)) {
                    for (int step = 0; step < 3; step++) {
                        parameter.get().setGrad(grad);
                        optimizer.step();
                    }
                    results[threads - 1] = parameter.get().detach().clone();
                }
            }
            assertThat(results[0].equal(start)).isFalse();
            assertThat(results[1].equal(results[0])).isTrue();
            assertThat(results[2].equal(results[0])).isTrue();
        } finally {
            Torch.setNumThreads(before);
        }
    }

    /** Float32 state makes the very steps of libtorch's AdamW, but for when weights decay. */
    @Test
    void smallParametersKeepFloat32State() {
        try (Scope _ = Scope.open();
                Parameter ours = new Parameter(Torch.arange(100, DType.FLOAT32).sub(50.5));
                Parameter theirs = new Parameter(ours.get().detach().clone());
                Adam8bit small = new Adam8bit(List.of(ours), 0.01);
                AdamW usual = new AdamW(List.of(theirs), 0.01, 0)) {
            for (int step = 1; step < 10; step++) {
                Tensor grad = ours.get().detach().mul(step).sin();
                ours.get().setGrad(grad);
                theirs.get().setGrad(grad);
                small.step();
                usual.step();
            }
            assertThat(small.stateOf(ours).keySet()).containsExactly("step", "state1", "state2");
            assertThat(small.stateOf(ours).get("state1").dtype()).isEqualTo(DType.FLOAT32);
            assertThat(Golden.relativeError(ours.get(), theirs.get())).isLessThan(1e-6);
        }
    }

    @Test
    void aParameterMayHaveSettingsOfItsOwn() {
        try (Scope _ = Scope.open();
                Parameter usual = new Parameter(Torch.zeros(5000));
                Parameter wide = new Parameter(Torch.zeros(5000));
                Parameter still = new Parameter(Torch.zeros(5000));
                Parameter other = new Parameter(Torch.zeros(1));
                Adam8bit optimizer = new AdamW8bit(List.of(usual, wide, still), 0.1)) {
            optimizer.override(wide, Override8bit.FLOAT32_STATE);
            optimizer.override(still, new Override8bit(null, 0.0, null, null, null, null));
            optimizer.parameters().forEach(parameter -> parameter.get().setGrad(Torch.ones(5000)));
            optimizer.step();
            assertThat(optimizer.stateOf(usual)).containsKey("absmax1");
            assertThat(optimizer.stateOf(wide)).doesNotContainKey("absmax1");
            assertThat(Golden.relativeError(wide.get(), Torch.full(new long[] {5000}, -0.0999, DType.FLOAT32)))
                    .isLessThan(1e-5);
            assertThat(still.get().abs().sum().item().longValue()).isZero();
            assertThatThrownBy(() -> optimizer.override(usual, Override8bit.FLOAT32_STATE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("before the first step");
            assertThatThrownBy(() -> optimizer.override(other, Override8bit.FLOAT32_STATE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void stateOfOtherWidthIsRefused() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.zeros(5000));
                Adam8bit narrow = new Adam8bit(List.of(parameter), 0.1);
                Adam8bit wide = new Adam8bit(List.of(parameter), 0.1);
                Adam8bit blocks = new Adam8bit(
                        List.of(new ParameterGroup(List.of(parameter), 0.1, 0)),
                        Adam8bit.Options.DEFAULTS.withBlockSize(2048))) {
            wide.override(parameter, Override8bit.FLOAT32_STATE);
            parameter.get().setGrad(Torch.ones(5000));
            narrow.step();
            assertThatThrownBy(() -> wide.loadState(narrow.state())).hasMessageContaining("state.0.state1");
            assertThatThrownBy(() -> blocks.loadState(narrow.state())).hasMessageContaining("state.0.absmax1");
        }
    }

    @Test
    void stateTakesTwoBytesAnElement() {
        try (Scope _ = Scope.open();
                Parameter large = new Parameter(Torch.zeros(1 << 20));
                Parameter small = new Parameter(Torch.zeros(1000));
                Adam8bit optimizer = new Adam8bit(
                        List.of(new ParameterGroup(List.of(large), 0.1, 0), new ParameterGroup(List.of(small), 0.1, 0)),
                        Adam8bit.Options.DEFAULTS)) {
            assertThat(StateMemory.of(optimizer).total().bytes()).isZero();
            large.get().setGrad(Torch.ones(1 << 20));
            small.get().setGrad(Torch.ones(1000));
            optimizer.step();
            StateMemory memory = StateMemory.of(optimizer);
            long step = 4;
            assertThat(memory.groups())
                    .containsExactly(
                            new StateMemory.Group(1, 1 << 20, step + 2 * (1 << 20) + 8 * 4096, 8 * 4096),
                            new StateMemory.Group(1, 1000, step + 8000, 0));
            assertThat(memory.groups().getFirst().bytesPerElement()).isBetween(2.0, 2.00001);
            assertThat(memory.groups().getLast().shareOfFloat32()).isBetween(1.0, 1.001);
            assertThat(memory.toString().lines()).hasSize(4);
            assertThat(memory.toString()).contains("2129924").contains("25.4 %");
        }
    }
}
