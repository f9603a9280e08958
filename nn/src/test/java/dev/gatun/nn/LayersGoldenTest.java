package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every layer against PyTorch's: the numbers it draws from a seed, names and shapes of its state, its results, the
 * gradients of its parameters and inputs, and its buffers afterwards. The numbers are in golden/layers, and where a
 * Python is at hand they are made anew by it.
 */
class LayersGoldenTest {
    private static final double DRAWN = 1e-6;

    @Test
    @Tag("device")
    void inFloat64AsTheGoldenData() {
        compareAll(Golden.path("layers/layers.safetensors"), DType.FLOAT64, 1e-10);
    }

    @Test
    @Tag("device")
    void inFloat32AsTheGoldenData() {
        compareAll(Golden.path("layers/layers.safetensors"), DType.FLOAT32, 2e-5);
    }

    @Test
    void asThePythonAtHand(@TempDir Path folder) throws IOException {
        Path script = Path.of(System.getProperty("gatun.root"), "nn/src/test/golden/layers.py");
        Path file = folder.resolve("layers.safetensors");
        // -c sees sys.argv as a script does, so the file can be run by both.
        PythonPeer.run(Files.readString(script), file);
        compareAll(file, DType.FLOAT64, 1e-10);
        compareAll(file, DType.FLOAT32, 2e-5);
    }

    private static void compareAll(Path path, DType dtype, double tolerance) {
        Map<String, LayerCases.Case> cases = LayerCases.all();
        List<String> wrong = new ArrayList<>();
        try (SafeTensorsFile file = new SafeTensorsFile(path)) {
            Map<String, Map<String, Map<String, String>>> names = grouped(file);
            assertThat(names.keySet()).isEqualTo(new TreeSet<>(cases.keySet()));
            int seed = 0;
            for (Map.Entry<String, LayerCases.Case> entry : cases.entrySet()) {
                try (Scope _ = Scope.open()) {
                    Torch.manualSeed(seed++);
                    new Comparison(entry.getKey(), entry.getValue(), file, names.get(entry.getKey()), dtype, tolerance)
                            .run();
                } catch (AssertionError | RuntimeException e) {
                    wrong.add(entry.getKey() + ": " + e);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Case, part and name, to the name in the file. */
    private static Map<String, Map<String, Map<String, String>>> grouped(SafeTensorsFile file) {
        Map<String, Map<String, Map<String, String>>> names = new TreeMap<>();
        for (String name : file.names()) {
            String[] parts = name.split("\\|");
            names.computeIfAbsent(parts[0], _ -> new LinkedHashMap<>())
                    .computeIfAbsent(parts[1], _ -> new TreeMap<>())
                    .put(parts[2], name);
        }
        return names;
    }

    private record Comparison(
            String name,
            LayerCases.Case layer,
            SafeTensorsFile file,
            Map<String, Map<String, String>> names,
            DType dtype,
            double tolerance) {
        private Map<String, Tensor> part(String part) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            names.getOrDefault(part, Map.of()).forEach((key, full) -> {
                Tensor loaded = file.load(full).to(Golden.DEVICE);
                tensors.put(key, loaded.dtype().isFloatingPoint() ? loaded.to(dtype) : loaded);
            });
            return tensors;
        }

        private void same(Tensor actual, Tensor expected, String what, double within) {
            assertThat(actual).as(what).isNotNull();
            assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
            assertThat(Golden.relativeError(actual, expected))
                    .as(what)
                    .isLessThanOrEqualTo(Golden.allowed(actual, within));
        }

        void run() {
            Map<String, Tensor> state = part("state");
            try (Module module = layer.make().apply(dtype)) {
                // PyTorch draws one layer of a stack and copies it; here each layer draws its own.
                if (dtype == DType.FLOAT64 && !name.equals("Transformer")) {
                    module.stateDict().forEach((key, value) -> same(value, state.get(key), "drawn " + key, DRAWN));
                }
                module.to(Golden.DEVICE);
                module.loadStateDict(state, true);
                module.train(layer.training());
                Map<String, Tensor> wanted = part("gradIn");
                Map<String, Tensor> given = part("in");
                Tensor[] inputs = new Tensor[given.size()];
                given.forEach((key, value) ->
                        inputs[Integer.parseInt(key)] = wanted.containsKey(key) ? value.requiresGrad_(true) : value);
                Tensor[] outputs = layer.call().run(module, inputs);
                part("out")
                        .forEach((key, expected) ->
                                same(outputs[Integer.parseInt(key)], expected, "result " + key, tolerance));
                backward(outputs);
                wanted.forEach((key, expected) ->
                        same(inputs[Integer.parseInt(key)].grad(), expected, "gradient of input " + key, tolerance));
                part("grad")
                        .forEach((key, expected) ->
                                same(module.getParameter(key).grad(), expected, "gradient of " + key, tolerance));
                part("after")
                        .forEach((key, expected) -> same(module.getBuffer(key), expected, "buffer " + key, tolerance));
            }
        }

        private void backward(Tensor[] outputs) {
            Map<String, Tensor> cotangents = part("cotangent");
            Tensor total = null;
            for (int i = 0; i < outputs.length; i++) {
                if (outputs[i].requiresGrad()) {
                    Tensor part =
                            outputs[i].mul(cotangents.get(Integer.toString(i))).sum();
                    total = total == null ? part : total.add(part);
                }
            }
            if (total != null) {
                total.backward();
            }
        }
    }
}
