package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModuleTest {
    /** Two layers, a tied third, a parameter of its own and a buffer. */
    private static final class Net extends Module {
        private final Linear first;
        private final Linear second;
        private final Dropout dropout;

        Net(TensorOptions options) {
            registerParameter("scale", Init.ones(options, 3));
            first = registerModule("first", new Linear(3, 3, true, options));
            ModuleList<Module> rest = registerModule("rest", new ModuleList<>());
            second = rest.append(new Linear(first.weight(), null));
            dropout = rest.append(new Dropout(0.5));
            registerBuffer("count", Torch.zeros(new long[] {2}, options));
        }

        Tensor forward(Tensor x) {
            return scoped(() -> dropout.forward(second.forward(first.forward(x))));
        }

        Tensor count() {
            return buffer("count");
        }
    }

    @Test
    void partsHaveDottedNamesAndTiedOnesOne() {
        try (Net net = new Net(null)) {
            assertThat(net.namedParameters().keySet()).containsExactly("scale", "first.weight", "first.bias");
            assertThat(net.namedModules().keySet()).containsExactly("", "first", "rest", "rest.0", "rest.1");
            assertThat(net.namedBuffers().keySet()).containsExactly("count");
            assertThat(net.stateDict().keySet()).containsExactly("scale", "first.weight", "first.bias", "count");
            assertThat(net.numParameters()).isEqualTo(3 + 9 + 3);
        }
    }

    @Test
    void namesAreUsedOnce() {
        class Twice extends Module {
            Twice() {
                registerModule("a", new Dropout(0));
                registerModule("a", new Dropout(0));
            }
        }
        assertThatThrownBy(Twice::new).hasMessageContaining("'a'").hasMessageContaining("Twice");
    }

    @Test
    void aCallKeepsOnlyItsResult() {
        try (Net net = new Net(null);
                Scope scope = Scope.open()) {
            Tensor x = Torch.randn(4, 3);
            int before = scope.size();
            Tensor y = net.forward(x);
            assertThat(scope.size()).isEqualTo(before + 1);
            y.sum().backward();
            assertThat(net.namedParameters().get("first.weight").grad()).isNotNull();
            net.zeroGrad();
            assertThat(net.namedParameters().get("first.weight").grad()).isNull();
        }
    }

    @Test
    void trainingModeAndFreezingReachEveryPart() {
        try (Net net = new Net(null);
                Scope _ = Scope.open()) {
            assertThat(net.dropout.isActive()).isTrue();
            net.eval();
            assertThat(net.namedModules().values()).noneMatch(Module::isTraining);
            Tensor x = Torch.ones(1, 3);
            assertThat(net.dropout.forward(x)).isSameAs(x);
            net.requiresGrad_(false);
            assertThat(net.numTrainableParameters()).isZero();
            assertThat(net.forward(x).requiresGrad()).isFalse();
        }
    }

    @Test
    void aChangeOfTypeKeepsParametersAndTies() {
        try (Net net = new Net(null);
                Scope _ = Scope.open()) {
            Parameter weight = net.first.weight();
            weight.requiresGrad_(false);
            net.to(DType.FLOAT64);
            assertThat(net.first.weight()).isSameAs(weight).isSameAs(net.second.weight());
            assertThat(weight.get().dtype()).isEqualTo(DType.FLOAT64);
            assertThat(weight.requiresGrad()).isFalse();
            assertThat(net.first.bias().requiresGrad()).isTrue();
            assertThat(net.count().dtype()).isEqualTo(DType.FLOAT64);
            net.eval();
            assertThat(net.forward(Torch.ones(new long[] {1, 3}, DType.FLOAT64)).dtype())
                    .isEqualTo(DType.FLOAT64);
        }
    }

    @Test
    void aModelOnTheMetaDeviceIsFilledByLoading() {
        try (Net source = new Net(null);
                Net net = new Net(TensorOptions.of(DType.FLOAT64, Device.META));
                Scope _ = Scope.open()) {
            assertThat(net.numParameters()).isEqualTo(source.numParameters());
            net.first.bias().requiresGrad_(false);
            net.loadStateDict(source.stateDict(), true);
            assertThat(net.first.weight().get().device()).isEqualTo(Device.CPU);
            assertThat(net.first.weight().get().dtype()).isEqualTo(DType.FLOAT64);
            assertThat(net.first.bias().requiresGrad()).isFalse();
            assertThat(net.count().toDoubleArray()).containsExactly(0, 0);
            assertThat(net.first
                            .bias()
                            .get()
                            .to(DType.FLOAT32)
                            .equal(source.first.bias().get()))
                    .isTrue();
            // What was loaded is a copy.
            Init.constant_(source.first.bias(), 9);
            assertThat(net.first.bias().get().max().item().doubleValue()).isLessThan(9);
        }
    }

    @Test
    void looseLoadingReportsAndStrictLoadingRefuses() {
        try (Net net = new Net(null);
                Scope _ = Scope.open()) {
            Map<String, Tensor> partial = Map.of("first.bias", Torch.ones(3), "other", Torch.ones(1));
            LoadReport report = net.loadStateDict(partial, false);
            assertThat(report.missing()).containsExactly("scale", "first.weight", "count");
            assertThat(report.unexpected()).containsExactly("other");
            assertThat(net.first.bias().get().toFloatArray()).containsOnly(1f);
            assertThatThrownBy(() -> net.loadStateDict(partial, true))
                    .isInstanceOf(StateDictException.class)
                    .hasMessageContaining("the state dict does not fit Net; missing: scale, first.weight, count;"
                            + " unexpected: other;");
        }
    }

    @Test
    void wrongShapesAndKindsAreRefusedBeforeAnythingChanges() {
        try (Net net = new Net(null);
                Scope _ = Scope.open()) {
            float[] before = net.first.bias().get().toFloatArray();
            Map<String, Tensor> wrong = Map.of(
                    "first.bias",
                    Torch.ones(3),
                    "scale",
                    Torch.ones(4),
                    "count",
                    Torch.ones(new long[] {2}, DType.INT64));
            assertThatThrownBy(() -> net.loadStateDict(wrong, false))
                    .isInstanceOfSatisfying(
                            StateDictException.class,
                            e -> assertThat(e.wrong())
                                    .containsExactly(
                                            "scale (shape: expected [3], got [4])",
                                            "count (type: expected float32, got int64)"));
            assertThat(net.first.bias().get().toFloatArray()).isEqualTo(before);
        }
    }

    @Test
    void closingFreesEverything() {
        long before = Scope.unclosedTensors();
        Net net = new Net(null);
        assertThat(Scope.unclosedTensors()).isGreaterThan(before);
        net.close();
        net.close();
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }
}
