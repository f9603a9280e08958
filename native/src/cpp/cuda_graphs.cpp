// Work of a GPU that is captured once and put into a stream as often as one likes.
#include "cuda_abi.h"
#include "gatun_core.h"
#include "guard.h"

namespace at::cuda {
// Stands for all functions of graphs, which a libtorch has or lacks together.
GATUN_WEAK c10::MempoolId graph_pool_handle();
}  // namespace at::cuda

namespace {
at::cuda::CUDAGraph &graph(int64_t slot) { return *reinterpret_cast<at::cuda::CUDAGraph *>(slot); }
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_cuda_graph_new(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle,
                { f[0] = reinterpret_cast<int64_t>(new at::cuda::CUDAGraph(false)); })
}

GATUN_EXPORT int gatun_cuda_graph_begin(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, {
    graph(f[0]).capture_begin({static_cast<unsigned long long>(f[1]), static_cast<unsigned long long>(f[2])},
                              static_cast<cudaStreamCaptureMode>(f[3]));
  })
}

GATUN_EXPORT int gatun_cuda_graph_end(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, { graph(f[0]).capture_end(); })
}

GATUN_EXPORT int gatun_cuda_graph_replay(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, { graph(f[0]).replay(); })
}

GATUN_EXPORT int gatun_cuda_graph_reset(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, { graph(f[0]).reset(); })
}

GATUN_EXPORT int gatun_cuda_graph_pool(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, {
    const auto pool = graph(f[0]).pool();
    f[0] = static_cast<int64_t>(pool.first);
    f[1] = static_cast<int64_t>(pool.second);
  })
}

GATUN_EXPORT int gatun_cuda_graph_free(int64_t *f) {
  GATUN_GUARDED(&at::cuda::graph_pool_handle, { delete &graph(f[0]); })
}
}
