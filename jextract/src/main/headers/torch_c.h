/* What Gatun calls of libtorch's stable C interface, which the generator turns into dev.gatun.ffm.TorchRaw: status 0, or
   another one after libtorch has printed the reason. The streams are in libtorch_cuda.so only.
   A test compares them with PyTorch's headers and library. No extern "C", so that the test can read this as C++ too. */
#ifndef GATUN_TORCH_C_H
#define GATUN_TORCH_C_H

#include <stdbool.h>
#include <stdint.h>

typedef struct AtenTensorOpaque *AtenTensorHandle;
typedef struct CUDAGuardOpaque *CUDAGuardHandle;
typedef struct CUDAStreamGuardOpaque *CUDAStreamGuardHandle;

int32_t aoti_torch_get_data_ptr(AtenTensorHandle tensor, void **ret_data_ptr);
int32_t aoti_torch_get_current_cuda_stream(int32_t device_index, void **ret_stream);
int32_t aoti_torch_create_cuda_guard(int32_t device_index, CUDAGuardHandle *ret_guard);
int32_t aoti_torch_delete_cuda_guard(CUDAGuardHandle guard);
int32_t aoti_torch_create_cuda_stream_guard(void *stream, int32_t device_index, CUDAStreamGuardHandle *ret_guard);
int32_t aoti_torch_delete_cuda_stream_guard(CUDAStreamGuardHandle guard);
int32_t torch_get_cuda_stream_from_pool(bool isHighPriority, int32_t device_index, void **ret_stream);

#endif
