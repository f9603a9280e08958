/* What Gatun calls of the CUDA runtime: declarations of its own, which the generator turns into dev.gatun.ffm.CudartRaw.
   A test compares them with NVIDIA's header and library. No extern "C", so that the test can read this as C++ too. */
#ifndef GATUN_CUDART_H
#define GATUN_CUDART_H

typedef struct CUstream_st *cudaStream_t;
typedef struct CUevent_st *cudaEvent_t;

#define cudaEventDisableTiming 2

typedef enum { cudaSuccess = 0, cudaErrorNotReady = 600 } cudaError_t;

cudaError_t cudaGetDevice(int *device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int flags);
const char *cudaGetErrorString(cudaError_t error);

#endif
