package dev.gatun.hart.experiment;

import dev.gatun.hart.train.TargetLoss;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What the main model is pre-trained on, all of training tasks: doing a task when told its instruction tokens, and telling
 * the instruction tokens when shown demonstrations. The second stands for what a T5 that was trained on text brings along:
 * it can read examples. Without it a hypernetwork, which starts from the main model, would have to learn in its own steps
 * to compare outputs with inputs; it then finds the label maps in some hundred steps, and no operation in a thousand.
 */
final class Pretraining {
    private static final long NAMING_DATA = 500;

    private final Scale scale;
    private final EpisodeSource instructed;
    private final List<EpisodeSource> named = new ArrayList<>();
    private final List<Integer> rows = new ArrayList<>();

    Pretraining(Scale scale, List<SymbolTask> tasks, long seed) {
        this.scale = scale;
        instructed = new EpisodeSource(tasks, seed, 0);
        // Few pairs make many rows of the same number of tokens: more tasks a step, and each is told from less.
        for (int pairs = 1; pairs <= scale.demonstrations(); pairs *= 2) {
            named.add(new EpisodeSource(tasks, seed + NAMING_DATA, pairs));
            rows.add(Math.max(1, scale.mainPairs() / pairs));
        }
    }

    /** The sum of the two mean losses of step {@code step}, a scalar. */
    Tensor loss(T5 model, int step) {
        int size = step % named.size();
        return loss(model, instructed.instructed(step, scale.mainBatch()))
                .add(loss(model, named.get(size).named(step, rows.get(size))));
    }

    private static Tensor loss(T5 model, Episodes episodes) {
        return TargetLoss.share(
                model, Written.nothing().encode(model, episodes), null, episodes.labels(), episodes.targetTokens());
    }
}
