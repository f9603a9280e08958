package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.distributed.DistributedDataParallel.Options;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributedDataParallelTest {
    private static final int ROWS = 8;
    private static final int STEPS = 20;
    /** Every gradient in a bucket of its own. */
    private static final Options SMALL = Options.DEFAULTS.withBuckets(1, 1);

    /** Two layers, one of them used twice, and one that the loss may leave out. */
    private static final class Net extends Module {
        private final Linear first;
        private final Linear shared;
        private final Linear frozen;
        private final Linear spare;

        Net(int seed) {
            Torch.manualSeed(seed);
            first = registerModule("first", new Linear(6, 10));
            shared = registerModule("shared", new Linear(10, 10));
            frozen = registerModule("frozen", new Linear(10, 10));
            spare = registerModule("spare", new Linear(10, 3));
            frozen.requiresGrad_(false);
            registerBuffer("scale", Torch.full(new long[] {1}, (double) seed, DType.FLOAT32));
        }

        Tensor loss(Tensor input, boolean recompute, boolean withSpare) {
            return scoped(() -> {
                Tensor hidden = first.forward(input).tanh();
                for (int i = 0; i < 2; i++) {
                    hidden = recompute ? new Reentrant(this::segment).apply(hidden)[0] : segment(hidden);
                }
                return (withSpare ? spare.forward(hidden) : hidden).pow(2).mean();
            });
        }

        private Tensor segment(Tensor hidden) {
            return frozen.forward(shared.forward(hidden).tanh());
        }
    }

    private static Tensor input(int step) {
        return Torch.arange(ROWS * 6, DType.FLOAT32).add(step * 100).sin().view(ROWS, 6);
    }

    private static Tensor rows(int step, ProcessGroup group) {
        long rows = ROWS / group.size();
        return input(step).narrow(0, group.rank() * rows, rows);
    }

    private static double[] alone(int steps) {
        try (Net net = new Net(1);
                AdamW optimizer = new AdamW(net.parameters(), 1e-2, 0.1)) {
            for (int step = 0; step < steps; step++) {
                try (Scope _ = Scope.open()) {
                    net.loss(input(step), false, true).backward();
                    optimizer.step();
                    optimizer.zeroGrad();
                }
            }
            return numbers(net);
        }
    }

    private static double[] numbers(Module net) {
        try (Scope _ = Scope.open()) {
            return Torch.cat(net.parameters().stream()
                            .map(parameter -> parameter.get().detach().flatten())
                            .toArray(Tensor[]::new))
                    .to(DType.FLOAT64)
                    .toDoubleArray();
        }
    }

    /** How a rank makes a step's gradients. */
    private interface Pass {
        void run(Net net, DistributedDataParallel ddp, ThreadRanks.Member group, int step);
    }

    private static List<double[]> together(int ranks, Options options, int steps, Pass pass) {
        return ThreadRanks.run(ranks, group -> {
            Net net;
            synchronized (DistributedDataParallelTest.class) {
                net = new Net(1 + group.rank());
            }
            try (net;
                    DistributedDataParallel ddp = new DistributedDataParallel(net, group, options);
                    AdamW optimizer = new AdamW(net.parameters(), 1e-2, 0.1)) {
                assertThat(net.getBuffer("scale").item().doubleValue()).isEqualTo(1);
                for (int step = 0; step < steps; step++) {
                    try (Scope _ = Scope.open()) {
                        pass.run(net, ddp, group, step);
                        assertThat(net.frozen.weight().grad()).isNull();
                        optimizer.step();
                        optimizer.zeroGrad();
                    }
                }
                return numbers(net);
            }
        });
    }

    private static void assertEqualToOneProcess(List<double[]> ranks, double tolerance) {
        double[] expected = alone(STEPS);
        ranks.forEach(rank -> assertThat(rank).isEqualTo(ranks.getFirst()));
        for (int i = 0; i < expected.length; i++) {
            assertThat(ranks.getFirst()[i]).isCloseTo(expected[i], Offset.offset(tolerance));
        }
    }

    private static void plain(Net net, DistributedDataParallel ddp, ThreadRanks.Member group, int step) {
        net.loss(rows(step, group), false, true).backward();
        ddp.finish();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void trainsAsOneProcess(int ranks) {
        assertEqualToOneProcess(together(ranks, Options.DEFAULTS, STEPS, DistributedDataParallelTest::plain), 1e-6);
        assertEqualToOneProcess(together(ranks, SMALL, STEPS, DistributedDataParallelTest::plain), 1e-6);
    }

    @Test
    void sendsDuringTheBackwardPass() {
        List<Integer> before = new ArrayList<>();
        for (boolean overlap : new boolean[] {true, false}) {
            together(2, SMALL.withOverlap(overlap), 3, (net, ddp, group, step) -> {
                int begun = group.reductions();
                net.loss(rows(step, group), false, true).backward();
                if (group.rank() == 0) {
                    before.add(group.reductions() - begun);
                }
                ddp.finish();
                assertThat(group.reductions() - begun).isEqualTo(6);
            });
        }
        // The first step shows the order of the buckets.
        assertThat(before).containsExactly(0, 6, 6, 0, 0, 0);
    }

    @Test
    void gradientsAreViewsOfTheBuckets() {
        Tensor[] first = new Tensor[2];
        together(2, Options.DEFAULTS, 2, (net, ddp, group, step) -> {
            plain(net, ddp, group, step);
            Tensor gradient = net.spare.weight().grad();
            if (step == 0) {
                first[group.rank()] = gradient.unscoped();
            } else {
                assertThat(gradient.is_set_to(first[group.rank()])).isTrue();
                first[group.rank()].close();
            }
        });
    }

    @Test
    void accumulates() {
        List<double[]> ranks = together(2, SMALL, STEPS, (net, ddp, group, step) -> {
            Tensor own = rows(step, group);
            int begun = group.reductions();
            try (var _ = ddp.noSync()) {
                net.loss(own.narrow(0, 0, 2), false, true).div(2).backward();
            }
            assertThat(group.reductions()).isEqualTo(begun);
            net.loss(own.narrow(0, 2, 2), false, true).div(2).backward();
            ddp.finish();
        });
        assertEqualToOneProcess(ranks, 1e-6);
    }

    /** A shared layer in two recomputed segments: its hooks run once for each, and each gradient has a bucket of its own. */
    @Test
    void waitsForTheLastSegmentOfARecomputedModel() {
        int[] firings = new int[1];
        List<double[]> ranks = together(2, SMALL, STEPS, (net, ddp, group, step) -> {
            int begun = group.reductions();
            if (step == 0 && group.rank() == 0) {
                net.shared.weight().get().registerPostAccumulateGradHook(_ -> firings[0]++);
            }
            net.loss(rows(step, group).requiresGrad_(true), true, true).backward();
            assertThat(group.reductions() - begun).isEqualTo(step == 0 ? 0 : 6);
            ddp.finish();
        });
        assertThat(firings[0]).isEqualTo(2 * STEPS);
        assertEqualToOneProcess(ranks, 1e-6);
    }

    @Test
    void sumsIfAsked() {
        List<double[]> ranks = together(2, SMALL.withOp(ReduceOp.SUM), STEPS, (net, ddp, group, step) -> {
            net.loss(rows(step, group), false, true).div(2).backward();
            ddp.finish();
        });
        assertEqualToOneProcess(ranks, 1e-6);
    }

    @Test
    void sendsHalfTheBytes() {
        List<double[]> ranks =
                together(2, SMALL.withCommunicationType(DType.BFLOAT16), STEPS, DistributedDataParallelTest::plain);
        assertEqualToOneProcess(ranks, 0.02);
        assertThat(ranks.getFirst()).isNotEqualTo(alone(STEPS));
    }

    @Test
    void gradientsSetByHandAreSentToo() {
        List<double[]> ranks = together(2, SMALL, STEPS, (net, ddp, group, step) -> {
            List<Parameter> trained =
                    net.parameters().stream().filter(Parameter::requiresGrad).toList();
            Tensor[] gradients = Autograd.grad(
                    net.loss(rows(step, group), false, true),
                    trained.stream().map(Parameter::get).toArray(Tensor[]::new));
            for (int i = 0; i < gradients.length; i++) {
                trained.get(i).get().setGrad(gradients[i]);
            }
            ddp.finish();
        });
        assertEqualToOneProcess(ranks, 1e-6);
    }

    @Test
    void unusedParametersAreNamed() {
        together(2, SMALL, 2, (net, ddp, group, step) -> {
            net.loss(rows(step, group), false, false).backward();
            assertThatThrownBy(ddp::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("2 of 6 trained parameters")
                    .hasMessageContaining("rank " + group.rank() + ": spare.weight, spare.bias")
                    .hasMessageContaining("withFindUnusedParameters");
        });
    }

    @Test
    void unusedParametersMayBeAllowed() {
        together(2, SMALL.withFindUnusedParameters(true), 4, (net, ddp, group, step) -> {
            boolean nobody = step % 2 == 0;
            net.loss(rows(step, group), false, !nobody && group.rank() == 1).backward();
            ddp.finish();
            if (nobody) {
                assertThat(ddp.unusedParameters()).containsExactly("spare.weight", "spare.bias");
                assertThat(net.spare.weight().grad()).isNull();
            } else {
                assertThat(ddp.unusedParameters()).isEmpty();
                assertThat(net.spare.weight().grad().abs().sum().item().doubleValue())
                        .isPositive();
            }
        });
    }

    @Test
    void aGradientThatComesTooLateIsAnError() {
        together(2, SMALL, 2, (net, ddp, group, step) -> {
            net.loss(rows(step, group), false, true).backward();
            if (step == 1) {
                net.loss(rows(step, group), false, true).backward();
                assertThatThrownBy(ddp::finish)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("spare.weight")
                        .hasMessageContaining("noSync()");
            } else {
                ddp.finish();
            }
        });
    }

    @Test
    void otherModelsAreRefused() {
        Map<Integer, Throwable> thrown = new ConcurrentHashMap<>();
        ThreadRanks.run(2, group -> {
            try (Linear net = new Linear(4, 5 + group.rank())) {
                thrown.put(
                        group.rank(), catchThrowable(() -> new DistributedDataParallel(net, group, Options.DEFAULTS)));
            }
            return null;
        });
        assertThat(thrown.get(0))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("weight, trained, float32[5, 4] on rank 0, but another on rank 1");
        assertThat(thrown.get(1)).hasMessageContaining("weight, trained, float32[6, 4] on rank 1");
    }

    @Test
    void nothingIsLeftBehind() {
        long before = Scope.unclosedTensors();
        together(2, SMALL, 3, DistributedDataParallelTest::plain);
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }
}
