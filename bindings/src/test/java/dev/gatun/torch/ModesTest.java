package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModesTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(Torch.isGradEnabled()).isTrue();
        assertThat(Torch.isInferenceModeEnabled()).isFalse();
        assertThat(Autocast.isEnabled(Device.CPU)).isFalse();
        assertThat(Torch.getDefaultDtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void inferenceModeRecordsNothingAndItsTensorsStayOut() {
        Tensor weight = Torch.ones(2, 2).requiresGrad_(true);
        Tensor made;
        try (InferenceMode _ = Torch.inferenceMode()) {
            assertThat(Torch.isInferenceModeEnabled()).isTrue();
            assertThat(Torch.isGradEnabled()).isFalse();
            made = weight.mm(weight);
            assertThat(made.requiresGrad()).isFalse();
            assertThat(made.is_inference()).isTrue();
            made.add_(1);
            assertThat(made.view(4).is_inference()).isTrue();
            try (InferenceMode _ = Torch.inferenceMode(false)) {
                assertThat(Torch.isGradEnabled()).isTrue();
                assertThat(weight.mul(2).requiresGrad()).isTrue();
                assertThat(Torch.ones(2).is_inference()).isFalse();
            }
            assertThat(Torch.isInferenceModeEnabled()).isTrue();
            assertThat(weight.mul(2).requiresGrad()).isFalse();
        }
        assertThat(weight.is_inference()).isFalse();
        assertThat(made.add(1).is_inference()).isFalse();
        Tensor late = made;
        assertThatThrownBy(() -> weight.mul(late))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("Inference tensors cannot be saved for backward");
        assertThatThrownBy(() -> late.requiresGrad_(true))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("inference");
        weight.mul(late.clone()).sum().backward();
        assertThat(weight.grad().toFloatArray()).containsOnly(3);
    }

    @Test
    void inferenceModeRestoresNoGradAndIsOfOneThread() {
        try (GradMode _ = Torch.noGrad()) {
            try (InferenceMode mode = Torch.inferenceMode()) {
                assertThat(CompletableFuture.supplyAsync(Torch::isInferenceModeEnabled)
                                .join())
                        .isFalse();
                assertThatThrownBy(() -> CompletableFuture.runAsync(mode::close).join())
                        .hasCauseInstanceOf(WrongThreadException.class);
            }
            assertThat(Torch.isGradEnabled()).isFalse();
        }
    }

    @Test
    void autocastChoosesTheTypeAndNests() {
        Tensor a = Torch.ones(2, 2);
        try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            assertThat(a.mm(a).dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(Autocast.dtype(Device.CPU)).isEqualTo(DType.BFLOAT16);
            try (Autocast _ = Autocast.open(Device.CPU, null, false, true)) {
                assertThat(a.mm(a).dtype()).isEqualTo(DType.FLOAT32);
            }
            try (Autocast _ = Autocast.open(Device.CPU, DType.FLOAT16)) {
                assertThat(a.mm(a).dtype()).isEqualTo(DType.FLOAT16);
            }
            assertThat(a.mm(a).dtype()).isEqualTo(DType.BFLOAT16);
        }
        assertThat(a.mm(a).dtype()).isEqualTo(DType.FLOAT32);
        assertThatThrownBy(() -> Autocast.open(Device.CPU, DType.INT64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Autocast.open(Device.META, DType.BFLOAT16)).isInstanceOf(TorchException.class);
    }

    @Test
    void aCastOfALeafIsDroppedWithTheStretch() {
        Tensor weight = Torch.ones(2, 2).requiresGrad_(true);
        for (int i = 1; i <= 2; i++) {
            try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
                assertThat(Torch.ones(1, 2).mm(weight).to(DType.FLOAT32).toFloatArray())
                        .containsOnly(2 * i);
            }
            try (GradMode _ = Torch.noGrad()) {
                weight.mul_(2);
            }
        }
    }

    @Test
    void theDefaultTypeIsThatOfNewTensors() {
        Torch.setDefaultDtype(DType.FLOAT64);
        try {
            assertThat(Torch.zeros(2).dtype()).isEqualTo(DType.FLOAT64);
            assertThat(Torch.randn(2).dtype()).isEqualTo(DType.FLOAT64);
            assertThat(Torch.arange(3).dtype()).isEqualTo(DType.INT64);
            assertThat(Torch.arange(3).div(2).dtype()).isEqualTo(DType.FLOAT64);
            assertThat(Tensor.of(new float[1]).dtype()).isEqualTo(DType.FLOAT32);
            assertThat(Torch.getDefaultDtype()).isEqualTo(DType.FLOAT64);
        } finally {
            Torch.setDefaultDtype(DType.FLOAT32);
        }
        assertThatThrownBy(() -> Torch.setDefaultDtype(DType.INT64)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void determinismIsTold() {
        assertThat(Torch.areDeterministicAlgorithmsEnabled()).isFalse();
        try {
            Torch.useDeterministicAlgorithms(true, true);
            assertThat(Torch.areDeterministicAlgorithmsEnabled()).isTrue();
            assertThat(Torch.isDeterministicAlgorithmsWarnOnlyEnabled()).isTrue();
            Torch.useDeterministicAlgorithms(true);
            assertThat(Torch.isDeterministicAlgorithmsWarnOnlyEnabled()).isFalse();
        } finally {
            Torch.useDeterministicAlgorithms(false);
        }
    }

    @Test
    void interopThreadsAreTold() {
        assertThat(Torch.getNumInteropThreads()).isPositive();
        assertThatThrownBy(() -> Torch.setNumInteropThreads(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String modes() {
        return Torch.isGradEnabled() + " " + Torch.isInferenceModeEnabled() + " " + Autocast.isEnabled(Device.CPU) + " "
                + Torch.getFlushDenormal();
    }

    @Test
    void aThreadsModesCanBeTakenToAnother() throws Exception {
        assertThat(modes()).isEqualTo("true false false false");
        ThreadState plain = ThreadState.capture();
        boolean can = Torch.setFlushDenormal(true);
        String here;
        ThreadState state;
        try (GradMode _ = Torch.noGrad();
                Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            state = ThreadState.capture();
            here = modes();
            assertThat(plain.call(ModesTest::modes)).isEqualTo("true false false false");
            assertThat(modes()).isEqualTo(here);
        } finally {
            Torch.setFlushDenormal(false);
        }
        assertThat(here).isEqualTo("false false true " + can);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Callable<String> modes = ModesTest::modes;
            assertThat(executor.submit(state.wrap(modes)).get()).isEqualTo(here);
            assertThat(executor.submit(modes).get()).isEqualTo("true false false false");
            try (InferenceMode _ = Torch.inferenceMode()) {
                state = ThreadState.capture();
            }
            assertThat(executor.submit(state.wrap(modes)).get()).startsWith("false true");
        }
        IOException checked = new IOException();
        assertThat(catchThrowable(() -> plain.call(() -> {
                    throw checked;
                })))
                .isSameAs(checked);
    }

    @Test
    void eightThreadsTrainSideBySide() {
        CompletableFuture<?>[] all = new CompletableFuture<?>[8];
        try (ExecutorService executor = Executors.newFixedThreadPool(all.length)) {
            for (int t = 0; t < all.length; t++) {
                double factor = t + 1;
                all[t] = CompletableFuture.runAsync(() -> train(factor), executor);
            }
            CompletableFuture.allOf(all).join();
        }
    }

    private static void train(double factor) {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensor.of(new double[] {1, 2, 3}).requiresGrad_(true);
            for (int i = 1; i <= 50; i++) {
                try (Scope _ = Scope.open()) {
                    Tensor y = Checkpoint.apply(t -> t.mul(factor), x);
                    y.registerHook(g -> g.mul(2));
                    y.sum().backward();
                    assertThat(x.grad().toDoubleArray()).containsOnly(2 * i * factor);
                    if (i % 10 == 0) {
                        assertThatThrownBy(() -> x.mm(x)).hasMessageContaining("aten::mm(float64[3], float64[3])");
                    }
                }
            }
        }
    }
}
