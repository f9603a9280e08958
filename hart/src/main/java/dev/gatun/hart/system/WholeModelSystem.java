package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.InContextObjective;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;
import java.util.List;

/** {@code icl}, {@code ft0}, {@code ftk}, {@code tk}: the main model alone, all of it trained or nothing. */
final class WholeModelSystem implements TaskSystem {
    private T5 main;
    private final boolean trains;

    WholeModelSystem(T5 main, boolean trains) {
        this.main = main;
        this.trains = trains;
    }

    @Override
    public T5 main() {
        return main;
    }

    @Override
    public Objective objective(RunConfig.Stage stage) {
        if (!trains) {
            throw new IllegalStateException("in-context learning trains nothing");
        }
        main.train();
        return new InContextObjective(main);
    }

    @Override
    public void to(TensorOptions options) {
        main.to(options);
    }

    @Override
    public void save(Path folder) {
        main.savePretrained(folder);
    }

    @Override
    public void load(Path folder) {
        TensorOptions options = TensorOptions.of(main.shared().weight().get().dtype(), main.device());
        main.close(); // first: two of a large model may be more than there is memory for
        main = T5.fromPretrained(folder, options);
    }

    @Override
    public Adaptation adapt(List<long[]> demonstrations) {
        return null;
    }

    @Override
    public void freeze() {
        main.requiresGrad_(false);
        main.eval();
    }

    @Override
    public void close() {
        main.close();
    }
}
