package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.distributed.DistributedDataParallel.Options;
import dev.gatun.nn.optim.Adafactor;
import dev.gatun.nn.optim.Adam;
import dev.gatun.nn.optim.Adam8bit;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.nn.optim.Override8bit;
import dev.gatun.nn.optim.ParameterGroup;
import dev.gatun.nn.optim.SGD;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZeroOptimizerTest {
    private static final Options SMALL =
            Options.DEFAULTS.withBuckets(1 << 10, 20 << 10).withOp(ReduceOp.SUM);

    /** Sizes on both sides of 4,096 elements, none a multiple of a block. */
    private static final class Net extends Module {
        private final Linear first;
        private final Linear second;
        private final Linear last;

        Net(TensorOptions options) {
            first = registerModule("first", new Linear(61, 70, true, options)); // 4270: quantised, its parts are small
            second = registerModule("second", new Linear(70, 99, true, options)); // 6930
            last = registerModule("last", new Linear(99, 11, true, options)); // 1089: float32 state
        }

        Tensor loss(Tensor input, boolean recompute) {
            return scoped(() -> {
                Tensor hidden = first.forward(input).tanh();
                Tensor inner = recompute ? new Reentrant(this::middle).apply(hidden)[0] : middle(hidden);
                Tensor again = recompute ? new Reentrant(this::middle).apply(hidden.mul(2))[0] : middle(hidden.mul(2));
                return last.forward(inner.add(again)).pow(2).mean();
            });
        }

        private Tensor middle(Tensor hidden) {
            return second.forward(hidden).tanh();
        }
    }

    private static Net net() {
        synchronized (ZeroOptimizerTest.class) {
            Torch.manualSeed(7);
            return new Net(DType.FLOAT32);
        }
    }

    enum Kind {
        ADAMW {
            @Override
            Optimizer of(Net net) {
                return new AdamW(groups(net), 0.9, 0.99, 1e-8);
            }
        },
        ADAM {
            @Override
            Optimizer of(Net net) {
                return new Adam(groups(net), 0.9, 0.99, 1e-8);
            }
        },
        SGD_WITH_MOMENTUM {
            @Override
            Optimizer of(Net net) {
                return new SGD(groups(net), 0.9, 0, true);
            }
        },
        ADAFACTOR {
            @Override
            Optimizer of(Net net) {
                return new Adafactor(groups(net), Adafactor.Options.FIXED_RATE);
            }
        },
        ADAM8BIT {
            @Override
            Optimizer of(Net net) {
                return new Adam8bit(groups(net), Adam8bit.Options.DEFAULTS);
            }
        },
        ADAM8BIT_OLD_BLOCKS {
            @Override
            Optimizer of(Net net) {
                Adam8bit optimizer = new Adam8bit(groups(net), Adam8bit.Options.DEFAULTS.withBlockSize(2048));
                optimizer.override(net.second.weight(), new Override8bit(null, null, 0.8, null, null, 0.3));
                return optimizer;
            }
        };

        abstract Optimizer of(Net net);

        private static List<ParameterGroup> groups(Net net) {
            return List.of(
                    new ParameterGroup(net.first.parameters(), 1e-2, 0.1),
                    new ParameterGroup(
                            List.of(net.second.weight(), net.second.bias(), net.last.weight(), net.last.bias()),
                            3e-3,
                            0));
        }
    }

    /** Gradients that are the same bits with any number of ranks: all but rank 0 add zeros. */
    private static void setGradients(Net net, int rank, int step) {
        int i = 0;
        for (Parameter parameter : net.parameters()) {
            Tensor gradient = Torch.arange(parameter.numel(), DType.FLOAT32)
                    .add(100 * step + i++)
                    .sin()
                    .pow(3)
                    .view(parameter.shape());
            parameter.get().setGrad(rank == 0 ? gradient : gradient.mul(0));
        }
    }

    private record Result(Map<String, float[]> parameters, Map<String, byte[]> state) {}

    /** Makes steps {@code from} to {@code to}, loading before and saving after where a folder is given. */
    private static List<Result> run(Kind kind, int ranks, int stage, int from, int to, Path load, Path save) {
        return ThreadRanks.run(ranks, group -> {
            try (Scope _ = Scope.open();
                    Net net = net();
                    DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL);
                    ZeroOptimizer optimizer = new ZeroOptimizer(kind.of(net), ddp, stage)) {
                if (load != null) {
                    net.loadStateDict(new SafeTensorsFile(load.resolve("model")), true);
                    optimizer.loadState(load);
                }
                for (int step = from; step < to; step++) {
                    setGradients(net, group.rank(), step);
                    ddp.finish();
                    assertThat(net.first.weight().grad() == null).isEqualTo(stage == 2);
                    optimizer.step();
                    optimizer.zeroGrad();
                }
                OptimizerState state = optimizer.state();
                if (save != null) {
                    SafeTensorsWriter.write(save.resolve(optimizer.stateFile()), state.tensors(), state.values());
                    SafeTensorsWriter.write(save.resolve("model" + group.rank()), net.stateDict(), Map.of());
                    group.barrier().await();
                    if (group.rank() == 0) {
                        Files.move(save.resolve("model0"), save.resolve("model"));
                    }
                }
                return new Result(floats(net), bytes(state));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static Map<String, float[]> floats(Net net) {
        Map<String, float[]> floats = new TreeMap<>();
        net.namedParameters()
                .forEach((name, parameter) ->
                        floats.put(name, parameter.get().detach().flatten().toFloatArray()));
        return floats;
    }

    private static Map<String, byte[]> bytes(OptimizerState state) {
        Map<String, byte[]> bytes = new TreeMap<>();
        state.tensors()
                .forEach((name, tensor) -> bytes.put(
                        name,
                        tensor.dim() == 0
                                ? new byte[0]
                                : tensor.flatten().view(DType.UINT8).toByteArray()));
        return bytes;
    }

    private static void assertSame(List<Result> ranks, Result expected) {
        for (Result rank : ranks) {
            expected.parameters()
                    .forEach((name, numbers) ->
                            assertThat(rank.parameters().get(name)).as(name).isEqualTo(numbers));
        }
        // The ranks' parts of the state, one behind the other, are the undivided state.
        expected.state().forEach((name, whole) -> {
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            ranks.forEach(rank -> joined.writeBytes(rank.state().getOrDefault(name, new byte[0])));
            assertThat(joined.toByteArray()).as(name).isEqualTo(whole);
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void dividedStepsAreTheSameBits(Kind kind) {
        Result expected = run(kind, 1, 0, 0, 6, null, null).getFirst();
        for (int ranks : new int[] {2, 3}) {
            for (int stage : new int[] {1, 2}) {
                assertSame(run(kind, ranks, stage, 0, 6, null, null), expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ADAMW", "ADAFACTOR", "ADAM8BIT"})
    void aCheckpointLoadsWithAnotherNumberOfRanks(Kind kind, @TempDir Path folder) throws Exception {
        Result expected = run(kind, 1, 0, 0, 6, null, null).getFirst();
        Path four = Files.createDirectory(folder.resolve("four"));
        Path three = Files.createDirectory(folder.resolve("three"));
        Path one = Files.createDirectory(folder.resolve("one"));
        run(kind, 4, 2, 0, 2, null, four);
        run(kind, 3, 1, 2, 4, four, three);
        run(kind, 1, 0, 4, 5, three, one);
        try (Scope _ = Scope.open();
                Net net = net();
                Optimizer plain = kind.of(net)) {
            ZeroOptimizer.loadState(plain, three);
            Result loaded = run(kind, 1, 0, 4, 4, three, null).getFirst();
            assertThat(bytes(plain.state()).keySet())
                    .isNotEmpty()
                    .isEqualTo(loaded.state().keySet());
            bytes(plain.state())
                    .forEach((name, its) ->
                            assertThat(its).isEqualTo(loaded.state().get(name)));
        }
        assertSame(run(kind, 2, 2, 5, 6, one, null), expected);
    }

    @Test
    void aMissingPartOfACheckpointIsNamed(@TempDir Path folder) throws Exception {
        run(Kind.ADAM8BIT, 2, 1, 0, 1, null, folder);
        Files.delete(folder.resolve("optimizer-1-of-2.safetensors"));
        ThreadRanks.run(1, group -> {
            try (Net net = net();
                    DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL);
                    ZeroOptimizer optimizer = new ZeroOptimizer(Kind.ADAM8BIT.of(net), ddp, 1)) {
                assertThatThrownBy(() -> optimizer.loadState(folder))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("2 ranks")
                        .hasMessageContaining("optimizer-1-of-2.safetensors is missing");
                assertThatThrownBy(() -> optimizer.loadState(folder.resolve("elsewhere")))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            return null;
        });
    }

    /** A real backward pass, accumulated, with and without re-entrant recomputation; clipped, with a schedule. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trainsAsOneProcess(boolean recompute) {
        double[][] losses = new double[3][];
        for (int stage = 0; stage <= 2; stage++) {
            int ranks = stage == 0 ? 1 : 2;
            int its = stage;
            losses[stage] = ThreadRanks.run(ranks, group -> train(group, its, recompute))
                    .getFirst();
        }
        for (int stage = 1; stage <= 2; stage++) {
            for (int i = 0; i < losses[0].length; i++) {
                assertThat(losses[stage][i]).isCloseTo(losses[0][i], Offset.offset(1e-6));
            }
        }
        assertThat(losses[0][19]).isLessThan(losses[0][0] / 2);
    }

    /** The losses of 20 steps on all rows, as every rank has them after the step before. */
    private static double[] train(ThreadRanks.Member group, int stage, boolean recompute) {
        int rows = 8 / group.size();
        double[] losses = new double[20];
        try (Scope _ = Scope.open();
                Net net = net();
                DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL.withOp(ReduceOp.AVG));
                Optimizer whole = Kind.ADAMW.of(net);
                ZeroOptimizer optimizer = new ZeroOptimizer(whole, ddp, stage)) {
            LinearSchedule schedule = new LinearSchedule(whole, 2, 40);
            Tensor all = Torch.arange(8 * 61, DType.FLOAT32).sin().view(8, 61);
            Tensor own = all.narrow(0, (long) rows * group.rank(), rows).clone().requiresGrad_(true);
            for (int step = 0; step < losses.length; step++) {
                try (Scope _ = Scope.open()) {
                    try (var _ = Torch.noGrad()) {
                        losses[step] = net.loss(all, false).item().doubleValue();
                    }
                    try (var _ = ddp.noSync()) {
                        net.loss(own.narrow(0, 0, rows / 2), recompute).div(2).backward();
                    }
                    net.loss(own.narrow(0, rows / 2, rows / 2), recompute)
                            .div(2)
                            .backward();
                    ddp.finish();
                    assertThat(optimizer.nonFiniteGradient()).isNull();
                    assertThat(optimizer.clipNorm_(0.05)).isPositive();
                    optimizer.step();
                    optimizer.zeroGrad();
                    schedule.step();
                }
            }
        }
        return losses;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theNormIsThatOfAllRanks(int stage) {
        double[] expected = new double[2];
        try (Scope _ = Scope.open();
                Net net = net()) {
            setGradients(net, 0, 3);
            expected[0] = Gradients.clipNorm_(net.parameters(), 2);
            expected[1] = Gradients.norm(net.parameters());
        }
        ThreadRanks.run(3, group -> {
            try (Scope _ = Scope.open();
                    Net net = net();
                    DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL);
                    ZeroOptimizer optimizer = new ZeroOptimizer(Kind.ADAMW.of(net), ddp, stage)) {
                setGradients(net, group.rank(), 3);
                ddp.finish();
                assertThat(optimizer.clipNorm_(2)).isCloseTo(expected[0], Offset.offset(1e-4));
                assertThat(optimizer.clipNorm_(100)).isCloseTo(expected[1], Offset.offset(1e-4));
                optimizer.zeroGrad();
                setGradients(net, group.rank(), 3);
                if (group.rank() == 0) {
                    net.second.bias().grad().select(0, 98).fill_(Double.NaN);
                }
                ddp.finish();
                assertThat(optimizer.nonFiniteGradient()).isEqualTo("second.bias");
                assertThat(optimizer.clipNorm_(2)).isNaN();
            }
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"ADAMW", "ADAFACTOR", "ADAM8BIT"})
    void memoryIsAsComputed(Kind kind) {
        for (int stage = 0; stage <= 2; stage++) {
            int its = stage;
            List<RankMemory> measured = ThreadRanks.run(3, group -> {
                try (Scope _ = Scope.open();
                        Net net = net();
                        DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL);
                        ZeroOptimizer optimizer = new ZeroOptimizer(kind.of(net), ddp, its)) {
                    setGradients(net, group.rank(), 0);
                    ddp.finish();
                    optimizer.step();
                    return optimizer.memory();
                }
            });
            List<RankMemory> computed = new ArrayList<>();
            try (Net meta = new Net(TensorOptions.of(DType.FLOAT32, Device.META));
                    Optimizer optimizer = kind.of(meta)) {
                for (int rank = 0; rank < 3; rank++) {
                    computed.add(RankMemory.computed(meta, optimizer, SMALL, stage, rank, 3));
                }
            }
            assertThat(measured).isEqualTo(computed);
        }
    }

    @Test
    void aStepDividesStateAndGradients() {
        try (Net meta = new Net(TensorOptions.of(DType.FLOAT32, Device.META));
                Optimizer optimizer = Kind.ADAMW.of(meta)) {
            RankMemory whole = RankMemory.computed(meta, optimizer, SMALL, 0, 0, 1);
            RankMemory half = RankMemory.computed(meta, optimizer, SMALL, 2, 0, 2);
            assertThat(whole.state()).isEqualTo(8 * meta.numParameters() + 6 * 4);
            assertThat(half.parameters()).isEqualTo(whole.parameters());
            assertThat((double) half.state() / whole.state()).isBetween(0.4, 0.6);
            assertThat((double) half.gradients() / whole.gradients()).isBetween(0.4, 0.6);
        }
    }

    @Test
    void misuseIsRefused() {
        ThreadRanks.run(1, group -> {
            try (Scope _ = Scope.open();
                    Net net = net();
                    Net other = net();
                    DistributedDataParallel ddp = new DistributedDataParallel(net, group, SMALL);
                    Optimizer ofOther = Kind.ADAMW.of(other);
                    Optimizer ofNet = Kind.ADAMW.of(net)) {
                assertThatThrownBy(() -> new ZeroOptimizer(ofOther, ddp, 1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("does not train it");
                assertThatThrownBy(() -> new ZeroOptimizer(ofNet, ddp, 3)).isInstanceOf(IllegalArgumentException.class);
                setGradients(net, group.rank(), 0);
                ddp.finish();
                assertThatThrownBy(() -> new ZeroOptimizer(ofNet, ddp, 1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("in use already");
            }
            return null;
        });
    }

    @Test
    void nothingIsLeftBehind() {
        long before = Scope.unclosedTensors();
        for (int stage = 0; stage <= 2; stage++) {
            run(Kind.ADAM8BIT, 2, stage, 0, 2, null, null);
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }
}
