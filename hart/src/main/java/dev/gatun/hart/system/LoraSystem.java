package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.TunedObjective;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.peft.Lora;
import dev.gatun.nn.peft.LoraConfig;
import dev.gatun.nn.peft.TargetModules;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code lora}: low-rank updates of the frozen main model, the same for all tasks. They travel with the input like generated
 * ones, so that adaptations of all kinds are used in one way; the run's folder has them as PEFT does.
 */
final class LoraSystem implements TaskSystem {
    private final T5 main;
    private Lora lora;

    LoraSystem(T5 main, RunConfig.LoraPart part) {
        this.main = main;
        lora = detached(Lora.attach(main, config(part)));
    }

    /** What a configuration says of LoRAs. */
    static LoraConfig config(RunConfig.LoraPart part) {
        return LoraConfig.of(part.rank(), part.alpha())
                .withTargets(TargetModules.named(part.targets().replace(" ", "").split(",")));
    }

    private static Lora detached(Lora made) {
        made.detach();
        return made;
    }

    @Override
    public T5 main() {
        return main;
    }

    @Override
    public Objective objective(RunConfig.Stage stage) {
        main.train();
        return new TunedObjective(main, lora, this::current);
    }

    private Adaptation current() {
        Map<String, ModuleUpdate> updates = new LinkedHashMap<>();
        lora.layers().forEach((name, layer) -> updates.put(name, layer.update()));
        return new Adaptation(null, null, null, ModuleUpdates.of(main, updates), null);
    }

    @Override
    public void to(TensorOptions options) {
        main.to(options);
        lora.to(options);
    }

    @Override
    public void save(Path folder) {
        lora.save(folder);
    }

    @Override
    public void load(Path folder) {
        lora.close();
        lora = detached(Lora.load(main, folder));
    }

    @Override
    public Adaptation adapt(List<long[]> demonstrations) {
        return current();
    }

    @Override
    public void freeze() {
        lora.requiresGrad_(false);
        main.requiresGrad_(false);
        main.eval();
    }

    @Override
    public void close() {
        lora.close();
        main.close();
    }
}
