package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.List;

/** Several tensors that are returned together, so that a module's call can hand all of them to its caller's scope. */
public interface TensorGroup {
    /** The tensors; entries that are absent are null or left out. */
    List<Tensor> tensors();
}
