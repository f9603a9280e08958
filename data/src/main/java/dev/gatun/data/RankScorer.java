package dev.gatun.data;

import java.util.List;

/** A model that can tell how probable an example's choices are. */
@FunctionalInterface
public interface RankScorer {
    /**
     * Scores examples of one dataset and template.
     *
     * @param examples the examples, at least one
     * @return the scores of each example's choices, in the same order
     */
    List<ChoiceScores> score(List<RankExample> examples);
}
