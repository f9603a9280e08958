package dev.gatun.nn.generation;

import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Tensor;
import java.util.List;

/**
 * What was generated. Legend: N sequences (inputs times sequences for each, those of an input together), n tokens of the
 * longest.
 *
 * @param sequences int64 [N, 1 + n]: the start token, the generated ones, padding after a row's end
 * @param tokenLogProbs float [N, n]: the log-probability of each token among what the processors left of the logits, 0 after
 *     the end ({@code compute_transition_scores}, normalised unless it was a beam search)
 * @param sequenceScores float [N]: of beam search the sum of these by length to the power of the length penalty
 *     ({@code sequences_scores}), otherwise the sum
 */
public record Generated(Tensor sequences, Tensor tokenLogProbs, Tensor sequenceScores) implements TensorGroup {
    @Override
    public List<Tensor> tensors() {
        return List.of(sequences, tokenLogProbs, sequenceScores);
    }
}
