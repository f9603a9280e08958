package dev.gatun.nn.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The beams of one input: those that run and those that have finished. */
final class BeamRow {
    private final GenerationConfig config;
    private final int input;
    private final List<Hypothesis> finished = new ArrayList<>();
    private List<Hypothesis> running;
    private boolean done;

    BeamRow(int input, Hypothesis start, GenerationConfig config) {
        this.input = input;
        this.config = config;
        running = List.of(start);
    }

    List<Hypothesis> running() {
        return running;
    }

    boolean isDone() {
        return done;
    }

    /** The best finished sequences, best first. */
    List<Hypothesis> best(int count) {
        return finished.subList(0, Math.min(count, finished.size()));
    }

    /**
     * Takes in candidates, best first, twice as many as there are beams: the best that end are finished, the best that do not
     * run on. Only candidates that rank among the first, as many as there are beams, may finish.
     *
     * @param candidates of each the score, the place (beam times vocabulary plus token) and the token's log-probability
     * @return for each beam that runs on, which one it continues
     */
    int[] advance(double[][] candidates, long vocabulary, SpecialTokens special) {
        int beams = config.numBeams();
        int[] parents = new int[beams];
        List<Hypothesis> next = new ArrayList<>(beams);
        for (int rank = 0; rank < candidates.length; rank++) {
            long place = (long) candidates[rank][1];
            int beam = (int) (place / vocabulary);
            Hypothesis longer =
                    running.get(beam).extended(place % vocabulary, candidates[rank][2], candidates[rank][0]);
            boolean ends =
                    longer.length() == config.maxNewTokens() || config.stopAtEos() && longer.last() == special.end();
            if (!ends && next.size() < beams) {
                parents[next.size()] = beam;
                next.add(longer);
            } else if (ends && rank < beams) {
                finish(longer);
            }
        }
        running = next;
        done = next.isEmpty() || isFull() && !canImprove();
        Hypothesis shown = done ? finished.getFirst() : next.getFirst();
        shown.tell(config.listener(), input, done);
        return Arrays.copyOf(parents, next.size());
    }

    private void finish(Hypothesis candidate) {
        double score = candidate.score() / Math.pow(candidate.length(), config.lengthPenalty());
        finished.add(new Hypothesis(candidate.tokens(), candidate.logProbs(), score));
        finished.sort(
                Comparator.comparingDouble(Hypothesis::score).reversed()); // stable: older ones first among equals
        if (finished.size() > config.numBeams()) {
            finished.removeLast();
        }
    }

    private boolean isFull() {
        return finished.size() == config.numBeams();
    }

    private boolean canImprove() {
        if (config.earlyStopping() == EarlyStopping.WHEN_FULL) {
            return false;
        }
        Hypothesis best = running.getFirst();
        boolean longest = config.earlyStopping() == EarlyStopping.NEVER && config.lengthPenalty() > 0;
        double length = longest ? config.maxNewTokens() : best.length();
        return best.score() / Math.pow(length, config.lengthPenalty())
                > finished.getLast().score();
    }
}
