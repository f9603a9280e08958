package dev.gatun.nn.optim;

import dev.gatun.torch.Tensor;
import java.util.Map;

/**
 * An optimizer's state, fit for a safetensors file and its metadata.
 *
 * @param tensors by name, {@code state.3.exp_avg} for parameter number 3
 * @param values the numbers that are no tensors, printed so that reading gives the same bits
 */
public record OptimizerState(Map<String, Tensor> tensors, Map<String, String> values) {}
