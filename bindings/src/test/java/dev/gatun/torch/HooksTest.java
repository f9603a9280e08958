package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HooksTest extends NothingKept {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void hooksRunInOrderAndEachSeesWhatTheOneBeforeReturned() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3);
        List<String> seen = new ArrayList<>();
        y.registerHook(g -> {
            seen.add("first " + g);
            return g.mul(10);
        });
        y.registerHook(g -> {
            seen.add("second " + g);
            return null;
        });
        x.registerHook(g -> {
            seen.add("leaf " + g);
            assertThat(x.grad()).isNull();
            return g.add(1);
        });
        y.sum().backward();
        assertThat(seen)
                .containsExactly(
                        "first tensor([1., 1.], dtype=torch.float64)",
                        "second tensor([10., 10.], dtype=torch.float64)",
                        "leaf tensor([30., 30.], dtype=torch.float64)");
        assertThat(x.grad().toDoubleArray()).containsExactly(31, 31);
    }

    @Test
    void aRemovedHookDoesNotRun() {
        Tensor x = leaf(1);
        int[] runs = new int[2];
        RemovableHandle handle = x.registerHook(g -> {
            runs[0]++;
            return null;
        });
        x.registerHook(g -> {
            runs[1]++;
            return null;
        });
        x.mul(2).sum().backward();
        handle.remove();
        handle.remove();
        x.mul(2).sum().backward();
        assertThat(runs).containsExactly(1, 2);
    }

    @Test
    void anExceptionReachesTheCallerAsItIs() {
        Tensor x = leaf(1);
        Tensor y = x.mul(2);
        IOException checked = new IOException("disk full");
        y.registerHook(g -> {
            throw Upcalls.rethrow(checked);
        });
        assertThat(catchThrowable(() -> y.sum().backward())).isSameAs(checked);
        Error error = new StackOverflowError("pretended");
        Tensor z = x.exp();
        z.registerHook(g -> {
            throw error;
        });
        assertThat(catchThrowable(() -> Autograd.grad(z.sum(), x))).isSameAs(error);
        assertThat(Autograd.grad(x.mul(2).sum(), x)[0].toDoubleArray()).containsExactly(2);
    }

    @Test
    void anExceptionPassesThroughNestedBackwardPasses() {
        Tensor x = leaf(1);
        RuntimeException deep = new RuntimeException("deep");
        Tensor outer = x.mul(2);
        outer.registerHook(g -> {
            try (GradMode _ = Torch.enableGrad()) {
                Tensor inner = leaf(5).mul(2);
                inner.registerHook(h -> {
                    throw deep;
                });
                inner.sum().backward();
            }
            return null;
        });
        assertThat(catchThrowable(() -> outer.sum().backward())).isSameAs(deep);
    }

    @Test
    void libtorchsErrorInAHookReachesTheCallerAsItIs() {
        Tensor x = leaf(1, 2);
        Throwable[] thrown = new Throwable[1];
        Tensor y = x.mul(2);
        y.registerHook(g -> {
            thrown[0] = catchThrowable(() -> g.mm(g));
            throw Upcalls.rethrow(thrown[0]);
        });
        assertThat(catchThrowable(() -> y.sum().backward()))
                .isSameAs(thrown[0])
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("aten::mm");
    }

    @Test
    void aResultOfAnotherShapeIsRefused() {
        Tensor x = leaf(1, 2);
        x.registerHook(g -> Torch.ones(new long[] {3}, DType.FLOAT64));
        assertThatThrownBy(() -> x.mul(2).sum().backward())
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("size");
    }

    @Test
    void aClosedResultIsRefusedAndLeftScopesAreClosed() {
        Tensor x = leaf(1);
        Tensor y = x.mul(2);
        y.registerHook(g -> {
            Scope.open();
            Tensor result = g.mul(2);
            result.close();
            return result;
        });
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("this tensor is closed");
        assertThat(Scope.current()).isSameAs(scope);
    }

    @Test
    void onlyTensorsThatRequireAGradientTakeHooks() {
        Tensor plain = Torch.ones(2);
        assertThatThrownBy(() -> plain.registerHook(g -> g)).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> plain.registerPostAccumulateGradHook(p -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("float32[2]");
        Tensor y = leaf(1).mul(2);
        assertThatThrownBy(() -> y.registerPostAccumulateGradHook(p -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> y.registerHook(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aHookAfterAccumulationSeesTheSum() {
        Tensor x = leaf(1, 2);
        List<String> seen = new ArrayList<>();
        x.registerPostAccumulateGradHook(p -> seen.add("a " + p.grad()));
        RemovableHandle second = x.registerPostAccumulateGradHook(p -> {
            try (GradMode _ = Torch.noGrad()) {
                p.sub_(p.grad());
            }
            p.setGrad(null);
            seen.add("b " + p.detach());
        });
        x.mul(2).sum().backward();
        x.mul(x).sum().backward();
        second.remove();
        x.mul(2).sum().backward();
        assertThat(seen)
                .containsExactly(
                        "a tensor([2., 2.], dtype=torch.float64)",
                        "b tensor([-1.,  0.], dtype=torch.float64)",
                        "a tensor([-2.,  0.], dtype=torch.float64)",
                        "b tensor([1., 0.], dtype=torch.float64)",
                        "a tensor([2., 2.], dtype=torch.float64)");
    }

    @Test
    void aHookMayUseManyOpsWithoutDisturbingTheCallThatRunsIt() {
        Tensor x = leaf(1, 2, 3);
        Tensor y = leaf(4, 5, 6);
        Tensor product = x.mul(y);
        product.registerHook(g -> {
            Tensor[] parts = new Tensor[20_000]; // its list is larger than a frame
            Arrays.fill(parts, g);
            assertThat(Torch.cat(parts).sum().item().doubleValue()).isEqualTo(60_000);
            return g.mul(2);
        });
        Tensor[] gradients = Autograd.grad(product.sum(), x, y);
        assertThat(gradients[0].toDoubleArray()).containsExactly(8, 10, 12);
        assertThat(gradients[1].toDoubleArray()).containsExactly(2, 4, 6);
    }

    @Test
    void aHookMayCloseTheTensorsOfTheCallThatRunsIt() {
        for (int i = 0; i < 200; i++) {
            Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
            Tensor y = x.mul(2);
            Tensor loss = y.sum();
            y.registerHook(g -> {
                loss.close();
                x.close();
                y.close();
                return null;
            });
            assertThat(Autograd.grad(loss, x)[0].toFloatArray()).containsExactly(2, 2, 2);
            Tensor z = Torch.ones(3).requiresGrad_(true);
            try (var _ = SavedTensorsHooks.open(
                    t -> {
                        z.close();
                        return t;
                    },
                    t -> t)) {
                assertThat(z.mul(z).toFloatArray()).containsExactly(1, 1, 1);
            }
            assertThat(z.isClosed()).isTrue();
        }
    }

    /** Deeper than libtorch nests on one thread: it goes on with threads of its own. */
    private static Tensor nested(int depth, List<Thread> threads, RuntimeException atTheBottom) {
        Tensor x = leaf(1);
        Tensor y = x.mul(2);
        y.registerHook(g -> {
            threads.add(Thread.currentThread());
            if (depth == 0 && atTheBottom != null) {
                throw atTheBottom;
            }
            try (GradMode _ = Torch.enableGrad()) {
                return depth == 0 ? g : g.add(nested(depth - 1, threads, atTheBottom));
            }
        });
        y.sum().backward();
        return x.grad();
    }

    @Test
    void hooksRunOnOtherThreadsToo() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        double sum = 2;
        for (int i = 0; i < 100; i++) {
            sum = 2 * (1 + sum);
        }
        assertThat(nested(100, threads, null).toDoubleArray()).containsExactly(sum);
        assertThat(threads).hasSize(101).anyMatch(thread -> thread != Thread.currentThread());
        RuntimeException deep = new RuntimeException("deep");
        assertThat(catchThrowable(() -> nested(100, threads, deep))).isSameAs(deep);
    }

    @Test
    void aThreadMayEndAfterAHookFailed() throws InterruptedException {
        RuntimeException mine = new RuntimeException("mine");
        for (int i = 0; i < 50; i++) {
            Throwable[] caught = new Throwable[1];
            Thread thread = Thread.ofPlatform().start(() -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = leaf(1);
                    x.registerHook(g -> {
                        throw mine;
                    });
                    caught[0] = catchThrowable(() -> x.mul(2).sum().backward());
                }
            });
            thread.join();
            assertThat(caught[0]).isSameAs(mine);
        }
    }

    @Test
    void hooksAndTheirTensorsGoWithTheGraph() {
        Tensor x = leaf(1, 2, 3);
        x.registerPostAccumulateGradHook(p -> {});
        long tensors = Scope.unclosedTensors();
        int objects = Upcalls.live();
        for (int i = 0; i < 100_000; i++) {
            try (Scope _ = Scope.open()) {
                Tensor y = x.mul(2);
                y.registerHook(g -> g.mul(3));
                y.sum().backward();
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(tensors);
        assertThat(Upcalls.live()).isEqualTo(objects);
        assertThat(x.grad().toDoubleArray()).containsOnly(600_000);
    }
}
