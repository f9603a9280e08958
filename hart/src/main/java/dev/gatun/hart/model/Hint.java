package dev.gatun.hart.model;

import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.List;

/**
 * HINT (specification 7): the main model's own encoder reads a task's instructions, and a generator writes prefixes for all
 * three kinds of attention and adapters beside all feed-forward layers. Model and generator are trained together. Legend: B
 * batch, S instruction tokens, D model.
 */
public final class Hint extends Module implements AdaptationSource {
    private final HintConfig config;
    private final T5 main;
    private final HintGenerator generator;

    /**
     * HINT over {@code main}, which becomes a part of it: closing it closes the model too.
     *
     * @param options of the generator, those of the model as a rule; null means float32 on the CPU
     */
    public Hint(T5 main, HintConfig config, TensorOptions options) {
        this.config = config;
        this.main = registerModule("main", main);
        generator = registerModule("generator", new HintGenerator(config, options));
    }

    /** Its configuration. */
    public HintConfig config() {
        return config;
    }

    /** The model that reads instructions and answers. */
    public T5 main() {
        return main;
    }

    /** What it has beside the model; its parameters alone, say for a file. */
    public Module generator() {
        return generator;
    }

    /** {@link T5#checkpointing} of the model. */
    @Override
    public void checkpointing(boolean on) {
        main.checkpointing(on);
    }

    @Override
    public boolean isCheckpointing() {
        return main.isCheckpointing();
    }

    /** {@inheritDoc} There are no states h. */
    @Override
    public Adaptation forward(Tensor ids, Tensor mask) {
        return scoped(() -> {
            EncoderStates instructions = main.encode(ids, mask, null);
            QueryAttention.Read read = generator.read(instructions);
            List<KeyValue> pairs = generator.prefixes(read);
            int layers = config.main().numLayers();
            int decoderLayers = config.main().numDecoderLayers();
            int cross = layers + decoderLayers;
            return new Adaptation(
                    null,
                    new T5Prefix(pairs.subList(0, layers)),
                    new T5Prefix(pairs.subList(layers, cross)).withCross(pairs.subList(cross, cross + decoderLayers)),
                    ModuleUpdates.of(main, generator.adapters(read)),
                    instructions);
        });
    }
}
