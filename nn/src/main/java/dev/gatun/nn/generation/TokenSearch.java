package dev.gatun.nn.generation;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One sequence for each row: greedy search and sampling. Legend: N sequences, R rows that the decoder still has, V
 * vocabulary.
 */
final class TokenSearch {
    private final TokenDecoder decoder;
    private final int inputs;
    private final SpecialTokens special;
    private final GenerationConfig config;
    private final boolean scored;
    private final List<LogitsProcessor> processors;
    private final Hypothesis[] sequences;
    private final boolean[] ended;

    /** Which sequence each of the decoder's rows is. */
    private int[] rows;

    TokenSearch(TokenDecoder decoder, int inputs, SpecialTokens special, GenerationConfig config, boolean scored) {
        this.decoder = decoder;
        this.inputs = inputs;
        this.special = special;
        this.config = config;
        this.scored = scored;
        processors = config.allProcessors(special);
        sequences = new Hypothesis[inputs * config.numReturnSequences()];
        Arrays.fill(sequences, Hypothesis.start(special.start()));
        ended = new boolean[sequences.length];
    }

    Generated run() {
        rows = IntStream.range(0, sequences.length).toArray();
        long[] start = new long[inputs];
        Arrays.fill(start, special.start());
        Tensor last = Tensor.of(start, inputs, 1);
        for (int step = 0; step < config.maxNewTokens() && rows.length > 0; step++) {
            try (Scope scope = Scope.open()) {
                Tensor logits = decoder.step(last);
                if (step == 0) {
                    logits = repeated(logits);
                }
                last = scope.promote(advance(logits));
            }
        }
        return Generation.result(List.of(sequences), special);
    }

    /** The samples of one input go on from the same first step. */
    private Tensor repeated(Tensor logits) {
        int copies = config.numReturnSequences();
        if (copies == 1) {
            return logits;
        }
        int[] owners =
                IntStream.range(0, sequences.length).map(row -> row / copies).toArray();
        decoder.select(owners);
        return logits.repeat_interleave(copies, 0L);
    }

    /** Chooses a token for each row, drops rows that have ended, and returns the next step's input [R, 1]. */
    private Tensor advance(Tensor raw) {
        List<Hypothesis> before =
                Arrays.stream(rows).mapToObj(row -> sequences[row]).toList();
        Tensor logits = Generation.processed(processors, before, Generation.atLeastFloat(raw));
        Tensor chosen = config.doSample() ? drawn(logits) : logits.argmax(-1, true);
        double[] logProbs = scored ? logProbs(logits, chosen) : new double[rows.length];
        long[] ids = chosen.view(-1).toLongArray(); // the step's one wait for the device
        for (int i = 0; i < rows.length; i++) {
            append(rows[i], ids[i], logProbs[i]);
        }
        int[] going =
                IntStream.range(0, rows.length).filter(i -> !ended[rows[i]]).toArray();
        if (!worthDropping(rows.length - going.length, rows.length)) {
            return chosen;
        }
        rows = Arrays.stream(going).map(i -> rows[i]).toArray();
        if (rows.length > 0) {
            decoder.select(going);
        }
        return Tensor.of(Arrays.stream(going).mapToLong(i -> ids[i]).toArray(), going.length, 1);
    }

    /**
     * Whether rows that have ended are taken out now. That copies the keys and values of the others, so it is done an eighth
     * at a time; until then they are fed and ignored.
     */
    static boolean worthDropping(long ended, int rows) {
        return ended > 0 && 8 * ended >= rows;
    }

    private static double[] logProbs(Tensor logits, Tensor chosen) {
        Tensor each = logits.gather(1, chosen).sub(logits.logsumexp(new long[] {-1}, true));
        return each.view(-1).to(DType.FLOAT64).toDoubleArray();
    }

    private void append(int row, long token, double logProb) {
        if (ended[row]) {
            return;
        }
        Hypothesis longer = sequences[row].extended(token, logProb, sequences[row].score() + logProb);
        sequences[row] = longer;
        ended[row] = config.stopAtEos() && token == special.end();
        longer.tell(config.listener(), row, ended[row] || longer.length() == config.maxNewTokens());
    }

    /**
     * A token for each row by inverting its distribution, [R, 1]. Every sequence has its random number at every step, also
     * when it has ended, so that what is drawn for one does not depend on the others.
     */
    private Tensor drawn(Tensor logits) {
        Tensor all = config.generator() == null
                ? Torch.rand(new long[] {sequences.length}, DType.FLOAT64)
                : Torch.rand(new long[] {sequences.length}, config.generator(), DType.FLOAT64);
        Tensor own = all.index_select(0, Tensor.of(rows)).view(-1, 1).to(logits.device(), DType.FLOAT64);
        Tensor cumulated = logits.softmax(-1, DType.FLOAT64).cumsum(-1);
        Tensor total = cumulated.narrow(1, cumulated.size(1) - 1, 1);
        // "right": the first token whose sum exceeds the number, so never one of probability 0.
        return Torch.searchsorted(cumulated, own.mul(total), false, true).clamp_max(logits.size(1) - 1);
    }
}
