package dev.gatun.nn.generation;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Beam search with Hugging Face's rules, and its sampled form. Legend: B inputs that are not done, K beams, C = 2·K
 * candidates, R = B·K rows (R = B in the first step, when the beams of an input are still one), V vocabulary.
 */
final class BeamSearch {
    private final TokenDecoder decoder;
    private final SpecialTokens special;
    private final GenerationConfig config;
    private final List<LogitsProcessor> processors;
    private final List<BeamRow> all;

    /** The inputs whose rows the decoder has. */
    private List<BeamRow> live;

    private long vocabulary;

    BeamSearch(TokenDecoder decoder, int inputs, SpecialTokens special, GenerationConfig config) {
        this.decoder = decoder;
        this.special = special;
        this.config = config;
        processors = config.allProcessors(special);
        all = IntStream.range(0, inputs)
                .mapToObj(input -> new BeamRow(input, Hypothesis.start(special.start()), config))
                .toList();
        live = all;
    }

    Generated run() {
        long[] start = new long[all.size()];
        Arrays.fill(start, special.start());
        Tensor last = Tensor.of(start, start.length, 1);
        while (!live.isEmpty()) {
            try (Scope scope = Scope.open()) {
                int[] parents = advance(candidates(decoder.step(last)));
                if (parents.length > 0) {
                    decoder.select(parents);
                }
                last = scope.promote(nextTokens());
            }
        }
        List<Hypothesis> best = new ArrayList<>();
        all.forEach(row -> best.addAll(row.best(config.numReturnSequences())));
        return Generation.result(best, special);
    }

    /** For each live input its candidates, best first, in one copy from the device: score, place in K·V, log-probability. */
    private double[][][] candidates(Tensor raw) {
        Tensor logits = Generation.atLeastFloat(raw).log_softmax(-1);
        vocabulary = logits.size(1);
        int wanted = 2 * config.numBeams();
        if (vocabulary < wanted) {
            throw new IllegalArgumentException(
                    config.numBeams() + " beams need a vocabulary of at least " + wanted + ", not " + vocabulary);
        }
        List<Hypothesis> running = running();
        double[] sums = running.stream().mapToDouble(Hypothesis::score).toArray();
        Tensor logProbs = Generation.processed(processors, running, logits);
        Tensor before = Tensor.of(sums, sums.length, 1).to(TensorOptions.of(logProbs.dtype(), logProbs.device()));
        Tensor scores = logProbs.add(before).view(live.size(), -1);
        Tensor places =
                config.doSample() ? drawn(scores, wanted) : scores.topk(wanted).indices();
        Tensor packed = Torch.stack(
                new Tensor[] {
                    scores.gather(1, places).to(DType.FLOAT64),
                    places.to(DType.FLOAT64),
                    logProbs.view(live.size(), -1).gather(1, places).to(DType.FLOAT64)
                },
                2);
        return packed.toArray(double[][][].class);
    }

    /** Candidates drawn without replacement, [B, C], best first. */
    private Tensor drawn(Tensor scores, int count) {
        Tensor probabilities = scores.softmax(-1);
        Tensor some = config.generator() == null
                ? probabilities.multinomial(count)
                : probabilities.multinomial(count, false, config.generator());
        return some.gather(1, scores.gather(1, some).argsort(-1, true));
    }

    /** Takes the candidates in and drops inputs that are done; returns which of the decoder's rows go on. */
    private int[] advance(double[][][] candidates) {
        int rowsEach = live.getFirst().running().size();
        int[][] parents = new int[live.size()][];
        for (int i = 0; i < live.size(); i++) {
            int first = i * rowsEach;
            BeamRow row = live.get(i);
            int[] own = row.isDone()
                    ? IntStream.range(0, rowsEach).toArray()
                    : row.advance(candidates[i], vocabulary, special);
            parents[i] = Arrays.stream(own).map(beam -> first + beam).toArray();
        }
        List<BeamRow> before = live;
        long ended = before.stream().filter(BeamRow::isDone).count();
        boolean drop = TokenSearch.worthDropping(ended, before.size());
        int[] going = IntStream.range(0, before.size())
                .filter(i -> !drop || !before.get(i).isDone())
                .toArray();
        live = Arrays.stream(going).mapToObj(before::get).toList();
        return Arrays.stream(going).flatMap(i -> Arrays.stream(parents[i])).toArray();
    }

    /** The running hypotheses of all live inputs, in the order of the decoder's rows. */
    private List<Hypothesis> running() {
        return live.stream().flatMap(row -> row.running().stream()).toList();
    }

    private Tensor nextTokens() {
        long[] last = running().stream().mapToLong(Hypothesis::last).toArray();
        return Tensor.of(last, last.length, 1);
    }
}
