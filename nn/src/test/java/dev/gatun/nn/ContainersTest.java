package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.activation.ReLU;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Containers, paths, summary, and what a module does with its parts. */
class ContainersTest {
    private static Sequential named() {
        Map<String, Layer> layers = new LinkedHashMap<>();
        layers.put("in", new Linear(3, 4));
        layers.put("act", new ReLU());
        layers.put("out", new Linear(4, 2));
        return new Sequential(layers);
    }

    @Test
    void sequentialKeepsOnlyTheResult() {
        try (Sequential model = named();
                Scope scope = Scope.open()) {
            Tensor x = Torch.randn(5, 3);
            int before = scope.size();
            assertThat(model.forward(x).shape()).containsExactly(5, 2);
            assertThat(scope.size()).isEqualTo(before + 1);
            assertThat(model.namedParameters().keySet())
                    .containsExactly("in.weight", "in.bias", "out.weight", "out.bias");
            try (Sequential none = new Sequential()) {
                assertThat(none.forward(x)).isSameAs(x);
            }
        }
    }

    /** Without gradients a chain holds one layer's input and result at a time, whatever its length. */
    @Test
    void temporariesAreFreedAtOnce() {
        Sequential model = new Sequential();
        for (int i = 0; i < 20; i++) {
            model.append(new ReLU());
        }
        try (model;
                Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor x = Torch.randn(256, 256);
            long before = Memory.resetPeaks().liveBytes();
            model.forward(x);
            assertThat(Memory.statistics().peakBytes() - before).isLessThan(3 * 4 * 256 * 256);
        }
    }

    /** A layer that returns a tensor it owns keeps it, wherever it stands. */
    @Test
    void whatALayerOwnsIsNotFreed() {
        class Constant extends Layer {
            private final Parameter value = registerParameter("value", Init.ones(null, 2));

            @Override
            protected Tensor compute(Tensor input) {
                return value.get();
            }
        }
        try (Sequential model = new Sequential(new Constant(), new ReLU());
                Scope _ = Scope.open()) {
            model.forward(Torch.zeros(1));
            assertThat(model.forward(Torch.zeros(1)).toFloatArray()).containsExactly(1, 1);
        }
    }

    @Test
    void aLayerCanBeReplaced() {
        try (Sequential model = named();
                Scope _ = Scope.open();
                Layer old = model.set(2, new Identity())) {
            assertThat(old).isInstanceOf(Linear.class);
            assertThat(model.forward(Torch.randn(5, 3)).shape()).containsExactly(5, 4);
            assertThat(model.stateDict().keySet()).containsExactly("in.weight", "in.bias");
        }
    }

    @Test
    void dictionariesAndListsOfParts() {
        ModuleDict<Linear> dict = new ModuleDict<>();
        dict.put("a", new Linear(2, 2));
        dict.put("b", new Linear(2, 3));
        class Net extends Module {
            Net() {
                registerModule("heads", dict);
                registerModule("list", new ParameterList(Init.zeros(null, 2), Init.ones(null, 3)));
                registerModule("named", new ParameterDict(Map.of("scale", Init.ones(null, 1))));
            }
        }
        try (Net net = new Net()) {
            assertThat(net.namedParameters().keySet())
                    .containsExactly(
                            "heads.a.weight",
                            "heads.a.bias",
                            "heads.b.weight",
                            "heads.b.bias",
                            "list.0",
                            "list.1",
                            "named.scale");
            dict.remove("a").close();
            dict.put("b", new Linear(2, 2, false, null)).close();
            assertThat(net.namedParameters().keySet())
                    .containsExactly("heads.b.weight", "list.0", "list.1", "named.scale");
            assertThat(net.getParameter("heads.b.weight"))
                    .isSameAs(dict.get("b").weight());
            assertThatThrownBy(() -> net.getParameter("heads.c.weight"))
                    .hasMessage("no submodule 'heads.c': ModuleDict 'heads' has no 'c', only [b]");
            assertThatThrownBy(() -> net.getParameter("heads.b.bias"))
                    .hasMessageContaining("no parameter 'heads.b.bias': Linear 'heads.b' has no 'bias', only [weight]");
            assertThatThrownBy(() -> dict.put("x.y", new Linear(1, 1))).hasMessageContaining("has a dot");
        }
    }

    @Test
    void aModuleCannotBeAPartOfItself() {
        ModuleList<Module> inner = new ModuleList<>();
        ModuleList<Module> outer = new ModuleList<>();
        outer.append(inner);
        assertThatThrownBy(() -> inner.append(outer)).hasMessageContaining("a part of itself");
    }

    @Test
    void buffersThatAreNotPersistentMoveButAreNotSaved() {
        class Net extends Module {
            Net() {
                registerBuffer("kept", Torch.ones(2));
                registerBuffer("made", Torch.ones(3), false);
            }
        }
        try (Net net = new Net();
                Scope _ = Scope.open()) {
            assertThat(net.stateDict().keySet()).containsExactly("kept");
            assertThat(net.namedBuffers().keySet()).containsExactly("kept", "made");
            net.to(DType.FLOAT64);
            assertThat(net.getBuffer("made").dtype()).isEqualTo(DType.FLOAT64);
            assertThat(net.loadStateDict(Map.of("kept", Torch.zeros(2)), true).isComplete())
                    .isTrue();
        }
    }

    @Test
    void applyVisitsPartsBeforeTheirParent() {
        try (Sequential model = named()) {
            List<Module> visited = new ArrayList<>();
            model.apply(visited::add);
            assertThat(visited).containsExactly(model.get(0), model.get(1), model.get(2), model);
        }
    }

    @Test
    void aParameterMayBecomeLarger() {
        try (Embedding table = new Embedding(3, 2);
                Scope _ = Scope.open()) {
            assertThatThrownBy(() -> table.weight().assign(Torch.zeros(5, 2))).hasMessageContaining("[5, 2]");
            table.weight().replace(Torch.cat(new Tensor[] {table.weight().get().detach(), Torch.zeros(2, 2)}, 0));
            assertThat(table.forward(Tensor.of(new long[] {4})).toFloatArray()).containsExactly(0, 0);
            assertThat(table.numTrainableParameters()).isEqualTo(10);
        }
    }

    @Test
    void theSummaryCountsWithoutMemory() {
        TensorOptions meta = TensorOptions.of(DType.FLOAT32, Device.META);
        try (Linear layer = new Linear(1000, 500, true, meta)) {
            layer.bias().requiresGrad_(false);
            ModuleSummary summary = layer.summary();
            assertThat(summary.rows())
                    .containsExactly(
                            new ModuleSummary.Row(
                                    "weight", "Linear", "[500, 1000]", ModuleSummary.Kind.TRAINED, 500_000, 2_000_000),
                            new ModuleSummary.Row("bias", "Linear", "[500]", ModuleSummary.Kind.FROZEN, 500, 2_000));
            assertThat(summary.toString().lines())
                    .anyMatch(line -> line.matches("weight +Linear +\\[500, 1000] +500,000 +yes +2,000,000"))
                    .endsWith("500,500 parameters, 500,000 of them trained; 2,002,000 bytes with buffers");
        }
    }
}
