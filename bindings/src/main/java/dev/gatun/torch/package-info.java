/**
 * Tensors and ATen's ops on the CPU or a GPU, by libtorch.
 *
 * <ul>
 *   <li>{@link dev.gatun.torch.Tensor} has the ops that are methods in PyTorch, {@link dev.gatun.torch.Torch} those that are
 *       functions of {@code torch}, and {@link dev.gatun.torch.Aten} those that PyTorch keeps to itself. Arguments have
 *       PyTorch's order and defaults.
 *   <li>A {@link dev.gatun.torch.Scope} frees what was made inside it; {@link dev.gatun.torch.Memory} tells what is alive.
 *   <li>{@link dev.gatun.torch.Autograd}, {@link dev.gatun.torch.Tensor#backward()},
 *       {@link dev.gatun.torch.Function} and {@link dev.gatun.torch.Checkpoint} are about gradients.
 *   <li>{@link dev.gatun.torch.DType}, {@link dev.gatun.torch.Device} and {@link dev.gatun.torch.Index} are arguments.
 * </ul>
 *
 * <p><b>Names.</b> Ops have PyTorch's names, in snake_case; a {@code _} at the end means in place. Everything else is in
 * Java's camelCase.
 *
 * <p><b>Views and aliasing.</b> As in PyTorch, {@code view}, {@code t}, {@code transpose}, {@code permute}, {@code expand},
 * {@code select}, {@code narrow}, {@code split}, {@code unbind}, {@code detach} and basic indexing return views: tensors
 * with a handle of their own that share the storage. A write to one shows in all, and the storage lives until the last is
 * freed. {@code reshape}, {@code contiguous} and {@code to} may or may not copy; {@code clone} always does.
 *
 * <p><b>Errors.</b> What libtorch refuses is a {@link dev.gatun.torch.TorchException} that names the op and describes its
 * tensors. What is wrong on Java's side is an {@link java.lang.IllegalArgumentException},
 * {@link java.lang.IndexOutOfBoundsException} or {@link java.lang.IllegalStateException} (use after close, for example),
 * null where none is allowed a {@link java.lang.NullPointerException}, and use of a scoped tensor on another thread a
 * {@link java.lang.WrongThreadException}.
 *
 * <p><b>Threads.</b> A scope and its tensors belong to one thread; unscoped tensors may be used by any, one writer at a time.
 * Grad mode, inference mode and autocast are of the thread ({@link dev.gatun.torch.ThreadState} carries them to another);
 * the default dtype, the number of threads and the default generator are of the process.
 */
package dev.gatun.torch;
