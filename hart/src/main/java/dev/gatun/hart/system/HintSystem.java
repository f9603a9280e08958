package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Hint;
import dev.gatun.hart.model.HintConfig;
import dev.gatun.hart.model.Pairing;
import dev.gatun.hart.train.HyperObjective;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.DType;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;
import java.util.List;

/** {@code hint}: the main model writes its own prefixes and adapters, and all of it is trained. */
final class HintSystem implements TaskSystem {
    private static final String FILE = "model.safetensors";

    private final RunConfig config;
    private final Hint hint;

    HintSystem(T5 main, RunConfig config) {
        this.config = config;
        RunConfig.HintPart part = config.hint();
        hint = new Hint(
                main,
                new HintConfig(main.config(), part.prefix(), part.bottleneck()),
                TensorOptions.of(DType.FLOAT32, main.device()));
    }

    @Override
    public T5 main() {
        return hint.main();
    }

    @Override
    public Objective objective(RunConfig.Stage stage) {
        hint.requiresGrad_(true);
        return new HyperObjective(hint.main(), hint, hint, config.hyper().fusion(), 0, stage.batch(), Pairing.SLOT);
    }

    @Override
    public void to(TensorOptions options) {
        hint.to(options);
    }

    @Override
    public void save(Path folder) {
        SavedPart.write(folder, FILE, hint);
    }

    @Override
    public void load(Path folder) {
        SavedPart.read(folder, FILE, hint);
    }

    @Override
    public Adaptation adapt(List<long[]> demonstrations) {
        Adaptation made = hint.forward(
                TokenRows.ids(demonstrations, hint.main().device()),
                TokenRows.mask(demonstrations, hint.main().device()));
        return config.hyper().fusion() ? made : made.withoutFusion();
    }

    @Override
    public void freeze() {
        hint.requiresGrad_(false);
        hint.eval();
    }

    @Override
    public void close() {
        hint.close();
    }
}
