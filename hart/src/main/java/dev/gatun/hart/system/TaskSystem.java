package dev.gatun.hart.system;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * One of the paper's systems (specification 7): the main model, what is trained in it or beside it, and how that adapts it to
 * a task. {@link Systems} makes them. Closing frees what the system made, and the main model with it.
 */
public interface TaskSystem extends AutoCloseable {
    /** The main model, which reads queries and answers them. */
    T5 main();

    /**
     * What training minimises, with fresh state; for one stage.
     *
     * @throws IllegalStateException if the system trains nothing
     */
    Objective objective(RunConfig.Stage stage);

    /** Moves everything to another device, and converts it to another type ({@code Module.to}). */
    void to(TensorOptions options);

    /** Saves what is trained into a folder of a run, made if need be. */
    void save(Path folder);

    /** Reads what {@link #save} wrote, into this system. */
    void load(Path folder);

    /**
     * What adapts the main model to some tasks, in the current scope.
     *
     * @param demonstrations of each task, tokens, for the hypernetwork; systems without one ignore them
     * @return of one row for each task, or one row for all, or null where the main model's input says it all
     */
    Adaptation adapt(List<long[]> demonstrations);

    /**
     * How much the states of each layer look at those of each other one while they are made (Figure 1).
     *
     * @param demonstrations of each task, tokens
     * @return [B, L, L] in the current scope: the looking layer, the seen one ({@link
     *     dev.gatun.hart.model.Hypernetwork#attentionMap}); null in systems whose layers do not look at each other
     */
    default Tensor attentionMap(List<long[]> demonstrations) {
        return null;
    }

    /** Everything ready to predict: no dropout, no gradients. */
    void freeze();

    @Override
    void close();
}
