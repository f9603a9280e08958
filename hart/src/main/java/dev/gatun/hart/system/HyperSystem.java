package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.model.Generator;
import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.model.Memory;
import dev.gatun.hart.model.Outputs;
import dev.gatun.hart.model.Pairing;
import dev.gatun.hart.model.RecordedAdaptation;
import dev.gatun.hart.train.HyperObjective;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.graph.Recorder;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.List;

/** {@code hart}, {@code hypertuning}, {@code hypertuning_pt} and the controls: a hypernetwork beside the frozen main model. */
final class HyperSystem implements TaskSystem {
    private static final String FILE = "model.safetensors";

    private final T5 main;
    private final RunConfig config;
    private final Hypernetwork hyper;
    private RecordedAdaptation recorded;

    HyperSystem(T5 main, RunConfig config) {
        this.main = main;
        this.config = config;
        hyper = Hypernetwork.from(main, hyperConfig(config, main.config()));
    }

    /** The hypernetwork that {@code config} describes, for a main model of these sizes. */
    static HyperConfig hyperConfig(RunConfig config, T5Config main) {
        RunConfig.Hyper hyper = config.hyper();
        boolean hyperTuning = config.system() == SystemKind.HYPERTUNING || config.system() == SystemKind.HYPERTUNING_PT;
        return HyperConfig.builder(main)
                .decoderLayers(hyper.decoderLayers())
                .generator(hyperTuning ? Generator.HYPERTUNING : Generator.HART)
                .memory(memory(config))
                .causalPairs(config.ar().intra() == RunConfig.Intra.CAUSAL)
                .queries(hyper.queries())
                .outputs(Outputs.valueOf(hyper.outputs().name()))
                .prefix(hyper.prefix())
                .prefixScale(hyper.prefixScale())
                .loraRank(config.lora().rank())
                .loraTargets(List.of(config.lora().targets().replace(" ", "").split(",")))
                .build();
    }

    private static Memory memory(RunConfig config) {
        return switch (config.system()) {
            case PARALLEL -> Memory.PARALLEL;
            case SHARED -> Memory.SHARED;
            default -> Memory.valueOf(config.ar().memory().name());
        };
    }

    @Override
    public T5 main() {
        return main;
    }

    /** The trained part. */
    Hypernetwork hyper() {
        return hyper;
    }

    @Override
    public Objective objective(RunConfig.Stage stage) {
        main.requiresGrad_(false);
        Objective made = new HyperObjective(
                main,
                hyper,
                hyper,
                config.hyper().fusion(),
                config.cst().alpha(),
                stage.batch(),
                Pairing.valueOf(config.cst().pairing().name()));
        main.train();
        return made;
    }

    @Override
    public void to(TensorOptions options) {
        forget();
        main.to(options);
        hyper.to(options);
    }

    @Override
    public void save(Path folder) {
        SavedPart.write(folder, FILE, hyper);
    }

    @Override
    public void load(Path folder) {
        SavedPart.read(folder, FILE, hyper);
    }

    @Override
    public Adaptation adapt(List<long[]> demonstrations) {
        Tensor ids = TokenRows.ids(demonstrations, main.device());
        Tensor mask = TokenRows.mask(demonstrations, main.device());
        boolean replayed = config.graphs()
                && !Torch.isGradEnabled()
                && !hyper.isTraining()
                && !hyper.config().outputs().loras();
        Adaptation made = replayed ? replayed(ids, mask) : hyper.forward(ids, mask);
        return config.hyper().fusion() ? made : made.withoutFusion();
    }

    @Override
    public Tensor attentionMap(List<long[]> demonstrations) {
        return hyper.hasAttentionMap()
                ? hyper.attentionMap(
                        TokenRows.ids(demonstrations, main.device()), TokenRows.mask(demonstrations, main.device()))
                : null;
    }

    /** One at a time: what is recorded is there once. */
    private synchronized Adaptation replayed(Tensor ids, Tensor mask) {
        if (recorded == null || !recorded.isFor(ids)) {
            forget();
            recorded = RecordedAdaptation.of(hyper, ids, Recorder.of(main.device()));
        }
        return recorded.adapt(ids, mask);
    }

    private synchronized void forget() {
        if (recorded != null) {
            recorded.close();
            recorded = null;
        }
    }

    @Override
    public void freeze() {
        main.requiresGrad_(false);
        hyper.requiresGrad_(false);
        main.eval();
        hyper.eval();
    }

    @Override
    public void close() {
        forget();
        hyper.close();
        main.close();
    }
}
