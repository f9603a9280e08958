package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.hart.train.Tensors;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.EnumMap;
import java.util.Map;

/** Evaluates a hypernetwork on tasks that neither it nor the main model was trained on. */
final class HeldOut {
    private static final long DATA = 5000;

    private final Scale scale;
    private final T5 main;
    private final Hypernetwork hyper;
    private final Feed feed;
    private final EpisodeSource unseen;
    private final EpisodeSource seen;

    /** Variance of h, mean over its elements: of the tasks' means, and around them. */
    record Spread(double betweenTasks, double withinTasks) {}

    HeldOut(Scale scale, T5 main, Hypernetwork hyper, Feed feed, long seed) {
        this.scale = scale;
        this.main = main;
        this.hyper = hyper;
        this.feed = feed;
        TaskSplit split = TaskSplit.standard();
        unseen = new EpisodeSource(split.heldOut(), seed + DATA, scale.demonstrations());
        seen = new EpisodeSource(split.training(), seed + DATA, scale.demonstrations());
    }

    /** Each held-out task's exact match, by what is demonstrated; only without any if the network was trained so. */
    Map<Demonstrations, double[]> accuracies(Demonstrations shown) {
        Map<Demonstrations, double[]> found = new EnumMap<>(Demonstrations.class);
        for (Demonstrations what : Demonstrations.values()) {
            if (shown == Demonstrations.RIGHT || what == shown) {
                double[] sum = new double[TaskSplit.standard().heldOut().size()];
                for (int set = 0; set < scale.evaluationSets(); set++) {
                    double[] one = exact(unseen.all(set, scale.evaluationQueries(), what));
                    for (int task = 0; task < sum.length; task++) {
                        sum[task] += one[task] / scale.evaluationSets();
                    }
                }
                found.put(what, sum);
            }
        }
        return found;
    }

    /** Mean exact match on training tasks. */
    double training(Demonstrations shown) {
        return Statistics.mean(exact(seen.all(0, Math.max(1, scale.evaluationQueries() / 4), shown)));
    }

    private double[] exact(Episodes episodes) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return Accuracy.perTask(main, episodes, Written.by(hyper, feed, episodes));
        }
    }

    /** How far the states of different tasks lie apart, and those of one task. */
    Spread spread(Demonstrations shown) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            int sets = Math.max(2, scale.evaluationSets());
            Tensor[] states = new Tensor[sets];
            for (int set = 0; set < sets; set++) {
                states[set] =
                        Written.by(hyper, feed, unseen.all(100 + set, 1, shown)).states();
            }
            Tensor all = Torch.stack(states, 0);
            Tensor taskMeans = all.mean(0);
            double within = all.sub(taskMeans).square().mean().item().doubleValue() * sets / (sets - 1);
            double means =
                    taskMeans.sub(taskMeans.mean(0)).square().mean().item().doubleValue();
            long tasks = taskMeans.size(0);
            // Means of few sets differ by chance too; that share is not between tasks.
            double between = means * tasks / (tasks - 1) - within / sets;
            return new Spread(between, within);
        }
    }

    /** How much each layer's states look at each other layer's (Figure 1), [L, L]. */
    double[][] attention() {
        Episodes episodes = unseen.all(0, 1, Demonstrations.RIGHT);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor map = hyper.attentionMap(
                            Tensors.of(episodes.hyperIds()), Tensors.of(Episodes.mask(episodes.hyperIds())))
                    .mean(0);
            int layers = (int) map.size(0);
            float[] values = map.toFloatArray();
            double[][] rows = new double[layers][layers];
            for (int i = 0; i < values.length; i++) {
                rows[i / layers][i % layers] = values[i];
            }
            return rows;
        }
    }
}
