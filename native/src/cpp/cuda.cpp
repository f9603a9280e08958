// What can be said about CUDA without CUDA's own libraries.
#include "gatun_core.h"
#include "guard.h"

namespace torch::cuda {
// The number of GPUs that libtorch can use, 0 without CUDA.
GATUN_WEAK size_t device_count();
}  // namespace torch::cuda

extern "C" GATUN_EXPORT int gatun_cuda_device_count(int64_t *f) {
  GATUN_GUARDED(&torch::cuda::device_count, { f[0] = static_cast<int64_t>(torch::cuda::device_count()); })
}
