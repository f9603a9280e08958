package dev.gatun.nn.generation;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.List;

/** Generates sequences by a {@link TokenDecoder}, in the way that a {@link GenerationConfig} says ({@code generate}). */
public final class Generation {
    private Generation() {}

    /**
     * Continues every input from the start token, without recording gradients.
     *
     * @param decoder a fresh one with {@code inputs} rows; it is left wherever the last step led
     * @param inputs how many inputs there are
     * @param scored whether log-probabilities are wanted, which takes a little time
     * @return new tensors on the CPU; greedy and sampled log-probabilities are 0 unless wanted
     * @throws IllegalArgumentException if the config asks for more sequences than it has beams, or for several without
     *     sampling or beams, or if the vocabulary is too small for the beams
     */
    public static Generated run(
            TokenDecoder decoder, int inputs, SpecialTokens special, GenerationConfig config, boolean scored) {
        if (config.numBeams() > 1 ? config.numReturnSequences() > config.numBeams() : notSampled(config)) {
            throw new IllegalArgumentException("num_return_sequences is " + config.numReturnSequences()
                    + ", but there are " + config.numBeams() + " beams: ask for as many beams, or for sampling");
        }
        try (Scope scope = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Generated made = config.numBeams() > 1
                    ? new BeamSearch(decoder, inputs, special, config).run()
                    : new TokenSearch(decoder, inputs, special, config, scored).run();
            scope.promote(made.tensors().toArray(Tensor[]::new));
            return made;
        }
    }

    private static boolean notSampled(GenerationConfig config) {
        return config.numReturnSequences() > 1 && !config.doSample();
    }

    /** {@code logits} in float32 at least, as Hugging Face chooses tokens. */
    static Tensor atLeastFloat(Tensor logits) {
        return logits.dtype() == DType.FLOAT64 ? logits : logits.to(DType.FLOAT32);
    }

    static Tensor processed(List<LogitsProcessor> processors, List<Hypothesis> rows, Tensor logits) {
        if (processors.isEmpty()) {
            return logits;
        }
        // Rows that have ended, but are still there, are shorter than the others: anything will do for them.
        int length = rows.stream().mapToInt(row -> row.tokens().length).max().orElse(0);
        long[][] tokens =
                rows.stream().map(row -> Arrays.copyOf(row.tokens(), length)).toArray(long[][]::new);
        for (LogitsProcessor processor : processors) {
            logits = processor.process(tokens, logits);
        }
        return logits;
    }

    /** The sequences as tensors, cut to the longest. */
    static Generated result(List<Hypothesis> sequences, SpecialTokens special) {
        int rows = sequences.size();
        int width = sequences.stream().mapToInt(Hypothesis::length).max().orElse(0);
        long[] tokens = new long[rows * (1 + width)];
        double[] logProbs = new double[rows * width];
        double[] scores = new double[rows];
        Arrays.fill(tokens, special.pad());
        for (int row = 0; row < rows; row++) {
            Hypothesis sequence = sequences.get(row);
            System.arraycopy(sequence.tokens(), 0, tokens, row * (1 + width), 1 + sequence.length());
            System.arraycopy(sequence.logProbs(), 0, logProbs, row * width, sequence.length());
            scores[row] = sequence.score();
        }
        return new Generated(
                Tensor.of(tokens, rows, 1 + width),
                Tensor.of(logProbs, rows, width).to(DType.FLOAT32),
                Tensor.of(scores, rows).to(DType.FLOAT32));
    }
}
