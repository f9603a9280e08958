package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ResumeTest {
    private static final int STEPS = 8;

    /** Every optimizer, by the groups that it is to have. */
    enum Kind {
        SGD_PLAIN(groups -> new SGD(groups, 0, 0, false)),
        SGD_NESTEROV(groups -> new SGD(groups, 0.9, 0, true)),
        SGD_DAMPENED(groups -> new SGD(groups, 0.9, 0.3, false)),
        ADAM(groups -> new Adam(groups, 0.9, 0.99, 1e-8)),
        ADAMW(groups -> new AdamW(groups, 0.9, 0.99, 1e-8)),
        ADAFACTOR(groups -> new Adafactor(groups, Adafactor.Options.FIXED_RATE)),
        ADAFACTOR_FIRST_MOMENT(
                groups -> new Adafactor(groups, new Adafactor.Options(1e-30, 1e-3, 1.0, -0.8, 0.9, true, true, true))),
        ADAM8BIT(groups -> new Adam8bit(groups, Adam8bit.Options.DEFAULTS)),
        ADAMW8BIT(groups -> new AdamW8bit(groups, Adam8bit.Options.DEFAULTS.withBlockSize(2048)));

        private final Function<List<ParameterGroup>, Optimizer> make;

        Kind(Function<List<ParameterGroup>, Optimizer> make) {
            this.make = make;
        }
    }

    /** Eight steps, against some, a file, and the others with a new optimizer and a new schedule. */
    @Property(tries = 60)
    void aSavedOptimizerGoesOnToTheBit(
            @ForAll Kind kind,
            @ForAll @IntRange(max = STEPS) int before,
            @ForAll boolean half,
            @ForAll @IntRange(max = 1000) int seed)
            throws IOException {
        DType dtype = half ? DType.BFLOAT16 : DType.FLOAT32;
        Path file = Files.createTempFile("gatun-optim", ".safetensors");
        Torch.manualSeed(seed);
        try (Scope _ = Scope.open();
                Parameter straight = new Parameter(Torch.randn(70, 61).to(dtype));
                Parameter resumed = new Parameter(straight.get().detach().clone());
                Parameter straightSmall = new Parameter(Torch.randn(5).to(dtype));
                Parameter resumedSmall =
                        new Parameter(straightSmall.get().detach().clone());
                Optimizer through = kind.make.apply(groups(straight, straightSmall));
                Optimizer first = kind.make.apply(groups(resumed, resumedSmall));
                Optimizer second = kind.make.apply(groups(resumed, resumedSmall))) {
            run(through, new CosineSchedule(through, 2, STEPS), 0, STEPS);
            run(first, new CosineSchedule(first, 2, STEPS), 0, before);
            SafeTensorsWriter.write(file, first.state().tensors(), first.state().values());
            CosineSchedule schedule = new CosineSchedule(second, 2, STEPS);
            try (SafeTensorsFile saved = new SafeTensorsFile(file)) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                saved.names().forEach(name -> tensors.put(name, saved.load(name)));
                second.loadState(new OptimizerState(tensors, saved.metadata()));
            }
            schedule.setStepCount(before);
            run(second, schedule, before, STEPS);
            assertThat(resumed.get().equal(straight.get())).isTrue();
            assertThat(resumedSmall.get().equal(straightSmall.get())).isTrue();
            assertThat(second.state().values()).isEqualTo(through.state().values());
            Map<String, Tensor> expected = through.state().tensors();
            assertThat(second.state().tensors().keySet()).isEqualTo(expected.keySet());
            second.state()
                    .tensors()
                    .forEach((name, tensor) -> assertThat(tensor.equal(expected.get(name)))
                            .as(name)
                            .isTrue());
        } finally {
            Files.delete(file);
        }
    }

    private static List<ParameterGroup> groups(Parameter large, Parameter small) {
        return List.of(new ParameterGroup(List.of(large), 0.01, 0.1), new ParameterGroup(List.of(small), 0.1, 0));
    }

    private static void run(Optimizer optimizer, Schedule schedule, int from, int to) {
        for (int step = from; step < to; step++) {
            try (Scope _ = Scope.open()) {
                optimizer.zeroGrad();
                for (Parameter parameter : optimizer.parameters()) {
                    // The second parameter gets its first gradient late.
                    if (parameter.numel() > 5 || step > 1) {
                        parameter.get().square().mul(Math.sin(step) + 1.5).sum().backward();
                    }
                }
                optimizer.step();
                schedule.step();
            }
        }
    }
}
