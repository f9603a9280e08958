package dev.gatun.hart.experiment;

import dev.gatun.data.Batch;
import dev.gatun.data.LongMatrix;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** Exact match of greedy outputs. */
final class Accuracy {
    private Accuracy() {}

    /** For each task the share of its queries whose whole output is right. */
    static double[] perTask(T5 main, Episodes episodes, Written written) {
        LongMatrix labels = episodes.labels();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor generated = main.generate(
                    written.encode(main, episodes), written.decoder(), GenerationConfig.of(labels.columns()));
            long[] tokens = generated.toLongArray();
            int width = (int) generated.size(1);
            long[] owners = episodes.owners();
            double[] right = new double[episodes.tasks().size()];
            for (int row = 0; row < owners.length; row++) {
                right[(int) owners[row]] += matches(labels.row(row), tokens, row * width + 1, width - 1) ? 1 : 0;
            }
            int queries = owners.length / right.length;
            return Arrays.stream(right).map(count -> count / queries).toArray();
        }
    }

    /** Whether the labels, end included, are what was generated from {@code begin} on. */
    private static boolean matches(long[] labels, long[] tokens, int begin, int length) {
        for (int i = 0; i < labels.length && labels[i] != Batch.IGNORED; i++) {
            if (i >= length || tokens[begin + i] != labels[i]) {
                return false;
            }
        }
        return true;
    }
}
