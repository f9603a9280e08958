package dev.gatun.nn.t5;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How probable a model finds each of several answers. Legend: B inputs, C choices of the input that has most, T tokens of the
 * longest choice.
 */
final class RankClassification {
    private RankClassification() {}

    /** The arguments are those of {@link T5#score(EncoderStates, T5Prefix, ModuleUpdates, List, boolean)}. */
    static double[][] score(
            T5 model,
            EncoderStates source,
            T5Prefix prefix,
            ModuleUpdates updates,
            List<List<long[]>> choices,
            boolean mean) {
        int inputs = Math.toIntExact(source.states().size(0));
        int most = choices.stream().mapToInt(List::size).max().orElse(0);
        if (choices.size() != inputs || most == 0) {
            throw new IllegalArgumentException(
                    "each of " + inputs + " inputs needs its choices; given were those of " + choices.size());
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor labels = labels(choices, most).to(model.device(), DType.INT64);
            // All choices of an input read its encoder states, and have the input's row of the prefix. Updates and
            // prefixes of cross-attention change how a row reads, so with them each choice has a copy.
            Tensor index = Tensor.of(IntStream.range(0, inputs * most)
                            .map(row -> row / most)
                            .toArray())
                    .to(model.device(), DType.INT64);
            boolean apart = updates != null || prefix != null && !prefix.cross().isEmpty();
            StackInput input = StackInput.ofIds(model.shiftRight(labels))
                    .withEncoder(apart ? source.rows(index) : source)
                    .withUpdates(updates == null ? null : updates.rows(index))
                    .withPrefix(prefix == null ? null : prefix.rows(index));
            Tensor logits = model.logits(model.decoder().forward(input).lastHiddenState());
            Tensor each = CrossEntropy.tokenLogProbs(logits, labels, CrossEntropy.IGNORE_INDEX);
            double[] sums = each.to(DType.FLOAT64).sum(new long[] {1}).toDoubleArray();
            return byInput(sums, choices, most, mean);
        }
    }

    /** [B·C, T], padded with what takes no part. */
    private static Tensor labels(List<List<long[]>> choices, int most) {
        int longest = choices.stream()
                .flatMap(List::stream)
                .mapToInt(choice -> choice.length)
                .max()
                .orElse(0);
        long[] labels = new long[choices.size() * most * longest];
        Arrays.fill(labels, CrossEntropy.IGNORE_INDEX);
        for (int i = 0; i < choices.size(); i++) {
            for (int k = 0; k < choices.get(i).size(); k++) {
                long[] choice = choices.get(i).get(k);
                if (choice.length == 0) {
                    throw new IllegalArgumentException(
                            "choice " + k + " of input " + i + " is empty: give at least its end token");
                }
                System.arraycopy(choice, 0, labels, (i * most + k) * longest, choice.length);
            }
        }
        return Tensor.of(labels, choices.size() * most, longest);
    }

    private static double[][] byInput(double[] sums, List<List<long[]>> choices, int most, boolean mean) {
        double[][] scores = new double[choices.size()][];
        for (int i = 0; i < scores.length; i++) {
            List<long[]> own = choices.get(i);
            scores[i] = Arrays.copyOfRange(sums, i * most, i * most + own.size());
            for (int k = 0; mean && k < own.size(); k++) {
                scores[i][k] /= own.get(k).length;
            }
        }
        return scores;
    }
}
