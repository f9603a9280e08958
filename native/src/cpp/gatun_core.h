/* The hand-written part of the shim. Every function has the shape of the generated ones: arguments in the slots of f,
   results from f[0] on, 0 for success; after anything else gatun_last_error tells what happened on this thread. */
#ifndef GATUN_CORE_H
#define GATUN_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -> [0] message, [1] its length, [2] C++ type, [3] its length, [4] the exception, to be given to gatun_error_free, or 0,
   [5] number of the Java exception that it was, or 0 */
int gatun_last_error(int64_t *f);

/* [0] index of an op -> [0] its name (0 past the last op), [1] its length, [2] 1 when libtorch has it */
int gatun_op_entry(int64_t *f);
/* [0] 0 build configuration, 1 threading, 2 CPU capability -> [0] text, [1] length; free the text with gatun_free */
int gatun_config(int64_t *f);
/* [0] pointer from this library */
int gatun_free(int64_t *f);

/* [0] pointer to handles, [1] how many: deletes them */
int gatun_tensor_delete(int64_t *f);
/* [0] handle -> [0] another handle of the same tensor */
int gatun_tensor_alias(int64_t *f);
/* [0] handle -> [0] data, [1] dtype, [2] device type << 32 | index, [3] dimensions, [4] elements, [5] sizes,
   [6] strides, [7] contiguous, [8] requires grad, [9] layout, [10] data bytes reachable from [0] */
int gatun_tensor_info(int64_t *f);
/* [0] handle -> [0] where its elements lie in host memory, row-major, as they are; 0 if they do not or there are none,
   [1] their bytes */
int gatun_tensor_bytes(int64_t *f);

/* [0] handle, [1] 0 or 1 */
int gatun_set_requires_grad(int64_t *f);
/* [0] handle -> [0] new handle of its gradient, or 0 */
int gatun_get_grad(int64_t *f);
/* [0] handle, [1] handle of the gradient to set, or 0 */
int gatun_set_grad(int64_t *f);
/* [0] handle -> [0] 1 when it is a leaf */
int gatun_is_leaf(int64_t *f);
/* -> [0] */
int gatun_grad_mode(int64_t *f);
/* [0] 0 or 1 */
int gatun_set_grad_mode(int64_t *f);
/* [0] outputs, [1] count, [2] inputs, [3] count, [4] output gradients or 0 (each may be 0), [5] retain graph,
   [6] create graph, [7] allow unused -> [0] pointer to handles (each may be 0), [1] count; gatun_free the pointer */
int gatun_autograd_grad(int64_t *f);

/* -> [0] */
int gatun_get_num_threads(int64_t *f);
/* [0] */
int gatun_set_num_threads(int64_t *f);
/* [0] 0 or 1, for the calling thread -> [0] 1 when the processor can */
int gatun_set_flush_denormal(int64_t *f);

/* [0] address of the Java function that upcall.h describes */
int gatun_set_upcall(int64_t *f);
/* [0] handle, [1] number of the Java hook */
int gatun_register_hook(int64_t *f);
/* [0] handle of a leaf, [1] number of a Java list of hooks -> [0] number of the list in force: that, or an earlier one */
int gatun_post_accumulate_hook(int64_t *f);
/* [0] 0 or 1, for the whole process, [1] 0 or 1: look for NaN -> [0], [1] as they were */
int gatun_set_anomaly_mode(int64_t *f);
/* [0] number of the Java hooks for tensors that this thread's ops save, or 0 -> [0] the number before */
int gatun_set_saved_tensors_hooks(int64_t *f);
/* -> [0] id of the backward pass that runs on this thread, or -1, [1] 1 when it keeps the graph */
int gatun_current_pass(int64_t *f);

/* -> [0] 1 when this thread is in inference mode */
int gatun_inference_mode(int64_t *f);
/* [0] 0 or 1: enters or leaves inference mode -> [0] [1] what gatun_restore_inference_mode takes */
int gatun_enter_inference_mode(int64_t *f);
/* [0] [1] from gatun_enter_inference_mode */
int gatun_restore_inference_mode(int64_t *f);
/* [0] device type -> [0] 1 when autocast is on, [1] its dtype, [2] 1 when casts of leaves are cached */
int gatun_autocast(int64_t *f);
/* [0] device type, [1] 0 or 1, [2] dtype, [3] 1 to cache casts, [4] 1 to enter, -1 to leave (drops the cache at last) */
int gatun_set_autocast(int64_t *f);
/* -> [0] dtype */
int gatun_default_dtype(int64_t *f);
/* [0] dtype */
int gatun_set_default_dtype(int64_t *f);
/* -> [0] 1 when this thread flushes denormals */
int gatun_flush_denormal(int64_t *f);
/* -> [0] 0 off, 1 on, 2 on with warnings only */
int gatun_deterministic(int64_t *f);
/* [0] 0 off, 1 on, 2 on with warnings only */
int gatun_set_deterministic(int64_t *f);
/* -> [0] */
int gatun_get_num_interop_threads(int64_t *f);
/* [0] */
int gatun_set_num_interop_threads(int64_t *f);

/* -> [0] the default CPU generator, which is nobody's to free */
int gatun_default_generator(int64_t *f);
/* [0] seed -> [0] a new CPU generator; gatun_free_generator frees it */
int gatun_new_generator(int64_t *f);
/* [0] generator, [1] seed; of this and what follows, [2] is the type of the generator's device */
int gatun_seed_generator(int64_t *f);
/* [0] generator that the caller owns */
int gatun_free_generator(int64_t *f);
/* [0] generator -> [0] a new one in the same state */
int gatun_clone_generator(int64_t *f);
/* [0] generator -> [0] the seed it started from */
int gatun_generator_initial_seed(int64_t *f);
/* [0] generator: starts it from a random seed -> [0] the seed */
int gatun_generator_seed(int64_t *f);
/* [0] generator -> [0] handle of its state, a uint8 tensor */
int gatun_generator_get_state(int64_t *f);
/* [0] generator, [1] handle of such a tensor */
int gatun_generator_set_state(int64_t *f);
/* [0] data, [1] number of dimensions, [2] sizes, [3] strides, [4] dtype, [5] a number that is not 0 -> [0] handle of a CPU
   tensor over the data; when its storage dies, gatun_await_freed returns the number once */
int gatun_tensor_lend(int64_t *f);
/* waits -> [0] the number of a lent storage that libtorch has freed */
int gatun_await_freed(int64_t *f);
/* [0] handle: its storage can no longer be resized, so the data stays where it is */
int gatun_tensor_fix_size(int64_t *f);
/* counts the bytes that libtorch allocates on the CPU from now on */
int gatun_count_memory(int64_t *f);
/* [0] 1 to start the peak again from what is live -> [0] bytes live, [1] peak, [2] allocations so far */
int gatun_memory(int64_t *f);
/* [0] handle -> [0] name of the C++ type of its grad_fn or 0 (free it with gatun_free), [1] its length */
int gatun_grad_fn_name(int64_t *f);
/* [0] exception from gatun_last_error -> [0] all it says, with the C++ backtrace (free it with gatun_free), [1] length */
int gatun_error_text(int64_t *f);
/* [0] exception from gatun_last_error: frees it */
int gatun_error_free(int64_t *f);

/* [0] op, [1] its length, [2] overload, [3] its length ->
   [0] schema, [1] its length, [2] the op for gatun_call_op; free the schema with gatun_free */
int gatun_find_op(int64_t *f);
/* [0] op, [1] arguments, [2] how many words, [3] handles of the tensors among them, [4] how many ->
   [0] results, [1] how many words; free them with gatun_free. dispatch.cpp tells what the words are */
int gatun_call_op(int64_t *f);
/* -> [0] names of all ops that the dispatcher knows, a line each, [1] length; free them with gatun_free */
int gatun_op_names(int64_t *f);
/* [0] path of a library of custom ops, [1] its length: loads it for good */
int gatun_load_library(int64_t *f);

/* -> [0] how many GPUs libtorch can use */
int gatun_cuda_device_count(int64_t *f);

/* Adam and AdamW of torch.optim on float32 parameters on the CPU, in place: [0] handles of param, grad, exp_avg, exp_avg_sq and
   step for each parameter, [1] how many handles, [2] five doubles: lr, beta1, beta2, weight decay, eps, [3] 5, [4] 1 for AdamW,
   0 for Adam -> [0] 1 if that was done, 0 if libtorch's op must do it: other types or layouts, or gradients are recorded */
int gatun_adam_step(int64_t *f);
/* bitsandbytes' 8-bit Adam on the CPU, in place: [0] handles of param, grad, state1, state2, absmax1, absmax2 for each
   parameter (both absmax 0 where the state is float32), [1] how many handles, [2] for each parameter five doubles:
   beta1, beta2, step size, eps and decay as adam8bit.h has them, [3] how many doubles, [4] elements a block,
   [5] 0 for the fastest of this processor's kernels, which all give the same bits, 1 for the next -> [5] how many it has */
int gatun_adam8bit_step(int64_t *f);
/* [0] handle of float32 numbers, [1] of uint8 codes and [2] float32 absmax to write, [3] elements a block, [4] 1 for the
   signed map, 0 for the unsigned one */
int gatun_quantize_blockwise(int64_t *f);
/* [0] handle of a float32 tensor to write, [1] 1 for the signed map, [2] 0 its 256 values, 1 its 255 thresholds: the code
   of a number is how many of them are below it */
int gatun_code_map(int64_t *f);
/* [0] handle of an input [..., K], [1] handle of a weight [N, K], [2] most rows -> [0] handle of their product [..., N], or
   0 where a linear layer's own op must make it: more rows, other types or layouts, gradients, autocast, another processor */
int gatun_linear_few_rows(int64_t *f);

/* an exception that leaves one of Gloo's threads stops that thread from now on, not the process */
int gatun_contain_gloo(int64_t *f);
/* [0] 1 or 0: whether std::cout writes anything */
int gatun_native_output(int64_t *f);

/* [0] handles, [1] how many: notes that their elements were changed, where no op of libtorch's has done it */
int gatun_increment_versions(int64_t *f);

/* [0] handle -> [0] its storage, by which tensors that share it are known, or 0, [1] the storage's bytes */
int gatun_tensor_storage(int64_t *f);

/* --- CUDA; of a libtorch without it, these fail and say what it lacks --- */

/* [0] a switch of libtorch's -> [0] whether it is on. 0: TF32 in matrix products, 1: TF32 in cuDNN, 2: cuDNN tries its
   algorithms; kernels that scaled_dot_product_attention may take: 3 flash, 4 memory-efficient, 5 plain, 6 cuDNN's */
int gatun_cuda_switch(int64_t *f);
/* [0] such a switch, [1] 0 or 1 */
int gatun_set_cuda_switch(int64_t *f);
/* [0] GPU -> [0] its name, lent, [1] its length, [2] bytes of memory */
int gatun_cuda_properties(int64_t *f);
/* [0] GPU in use, [1] 1 to start the peaks again from what is live -> bytes in tensors: [0] now, [1] peak, [2] allocated so
   far; bytes taken from the driver: [3] now, [4] peak, [5] so far; [6] live allocations, [7] allocations so far */
int gatun_cuda_memory(int64_t *f);
/* gives memory that no tensor uses back to the driver */
int gatun_cuda_empty_cache(int64_t *f);
/* [0] handle, [1] GPU, [2] cudaStream_t: the tensor's memory is not given to another one before what is in the stream by the
   time that it is freed is done; nothing for a tensor elsewhere */
int gatun_record_stream(int64_t *f);
/* [0] when an op makes the host wait for a GPU: 0 nothing, 1 a warning, 2 an exception; -1 only asks -> [0] before */
int gatun_cuda_sync_debug_mode(int64_t *f);
/* -> [0] a counter of this thread's warnings that the host waited, which are not printed from now on */
int gatun_sync_counter(int64_t *f);
/* [0] counter -> [0] its count */
int gatun_sync_count(int64_t *f);
/* [0] counter, to be freed by the thread that made it, the last one first */
int gatun_sync_counter_free(int64_t *f);

/* -> [0] a new graph */
int gatun_cuda_graph_new(int64_t *f);
/* [0] graph, [1] [2] pool of another graph, or zeros for one of its own, [3] cudaStreamCaptureMode: what comes into the
   current stream is captured from now on */
int gatun_cuda_graph_begin(int64_t *f);
/* [0] graph: ends the capture */
int gatun_cuda_graph_end(int64_t *f);
/* [0] graph: puts all of it into the current stream */
int gatun_cuda_graph_replay(int64_t *f);
/* [0] graph: forgets what was captured */
int gatun_cuda_graph_reset(int64_t *f);
/* [0] graph -> [0] [1] its pool */
int gatun_cuda_graph_pool(int64_t *f);
/* [0] graph */
int gatun_cuda_graph_free(int64_t *f);

/* [0] GPU -> [0] its default generator, which is nobody's to free */
int gatun_cuda_default_generator(int64_t *f);
/* [0] seed, [1] GPU -> [0] a new generator for it; gatun_free_generator frees it */
int gatun_cuda_new_generator(int64_t *f);

#ifdef __cplusplus
}
#endif

#endif
