/* The hand-written part of the shim. Every function has the shape of the generated ones: arguments in the slots of f,
   results from f[0] on, 0 for success; after anything else gatun_last_error tells what happened on this thread. */
#ifndef GATUN_CORE_H
#define GATUN_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -> [0] message, [1] its length, [2] C++ type, [3] its length, [4] full text with the C++ backtrace, [5] its length */
int gatun_last_error(int64_t *f);

/* [0] index of an op -> [0] its name (0 past the last op), [1] its length, [2] 1 when libtorch has it */
int gatun_op_entry(int64_t *f);
/* [0] 0 build configuration, 1 threading, 2 CPU capability -> [0] text, [1] length; free the text with gatun_free */
int gatun_config(int64_t *f);
/* [0] pointer from this library */
int gatun_free(int64_t *f);

/* [0] data, [1] number of dimensions, [2] sizes, [3] strides, [4] dtype -> [0] handle of a CPU tensor over the data */
int gatun_tensor_from_blob(int64_t *f);
/* [0] pointer to handles, [1] how many: deletes them */
int gatun_tensor_delete(int64_t *f);
/* [0] handle -> [0] another handle of the same tensor */
int gatun_tensor_alias(int64_t *f);
/* [0] handle -> [0] data, [1] dtype, [2] device type << 32 | index, [3] dimensions, [4] elements, [5] sizes,
   [6] strides, [7] contiguous, [8] requires grad, [9] layout, [10] data bytes reachable from [0] */
int gatun_tensor_info(int64_t *f);

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

/* [0] seed */
int gatun_manual_seed(int64_t *f);
/* -> [0] handle of the default CPU generator's state, a uint8 tensor */
int gatun_get_rng_state(int64_t *f);
/* [0] handle of such a tensor */
int gatun_set_rng_state(int64_t *f);
/* [0] seed -> [0] a new CPU generator, which lives as long as the process */
int gatun_new_generator(int64_t *f);
/* [0] generator, [1] seed */
int gatun_seed_generator(int64_t *f);

/* -> [0] */
int gatun_get_num_threads(int64_t *f);
/* [0] */
int gatun_set_num_threads(int64_t *f);
/* [0] 0 or 1, for the calling thread -> [0] 1 when the processor can */
int gatun_set_flush_denormal(int64_t *f);
/* [0] 0 or 1 */
int gatun_set_deterministic(int64_t *f);

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

#ifdef __cplusplus
}
#endif

#endif
