package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.TunedObjective;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.peft.PrefixConfig;
import dev.gatun.nn.peft.PrefixTuning;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code prefix}: prefixes of the frozen main model, the same for all tasks. A network may make them while they are trained;
 * what is saved is what it made (folded).
 */
final class PrefixSystem implements TaskSystem {
    private static final String FILE = "model.safetensors";

    private final T5 main;
    private final RunConfig.PrefixPart part;
    private PrefixTuning tuning;

    PrefixSystem(T5 main, RunConfig.PrefixPart part) {
        this.main = main;
        this.part = part;
        long width = main.config().dModel();
        tuning = PrefixTuning.of(main, direct(part).reparameterised(part.reparameterised() ? width : 0));
    }

    private static PrefixConfig direct(RunConfig.PrefixPart part) {
        return switch (part.layout()) {
            case PAPER -> PrefixConfig.of(part.length());
            case PEFT -> PrefixConfig.peft(part.length());
        };
    }

    @Override
    public T5 main() {
        return main;
    }

    @Override
    public Objective objective(RunConfig.Stage stage) {
        main.train();
        return new TunedObjective(main, tuning, this::current);
    }

    private Adaptation current() {
        return new Adaptation(null, tuning.encoderPrefix(), tuning.decoderPrefix(), null, null);
    }

    @Override
    public void to(TensorOptions options) {
        main.to(options);
        tuning.to(options);
    }

    @Override
    public void save(Path folder) {
        try (PrefixTuning folded = tuning.folded()) {
            SavedPart.write(folder, FILE, folded);
        }
    }

    @Override
    public void load(Path folder) {
        PrefixTuning folded = PrefixTuning.of(main, direct(part));
        try (SafeTensorsFile weights = new SafeTensorsFile(folder.resolve(FILE))) {
            folded.loadStateDict(weights, true);
        } catch (RuntimeException e) {
            folded.close();
            throw e;
        }
        tuning.close();
        tuning = folded;
    }

    @Override
    public Adaptation adapt(List<long[]> demonstrations) {
        return current();
    }

    @Override
    public void freeze() {
        tuning.requiresGrad_(false);
        main.requiresGrad_(false);
        main.eval();
    }

    @Override
    public void close() {
        tuning.close();
        main.close();
    }
}
