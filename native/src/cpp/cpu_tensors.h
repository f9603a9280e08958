// Work on the elements of tensors in host memory, which no op of libtorch's does: where they lie, and threads for it.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "libtorch_abi.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_get_data_ptr(void *handle, void **data);
GATUN_WEAK int32_t aoti_torch_get_dtype(void *handle, int32_t *dtype);
GATUN_WEAK int32_t aoti_torch_get_device_type(void *handle, int32_t *type);
GATUN_WEAK int32_t aoti_torch_get_numel(void *handle, int64_t *elements);
GATUN_WEAK int32_t aoti_torch_get_layout(void *handle, int32_t *layout);
GATUN_WEAK int32_t aoti_torch_is_contiguous(void *handle, bool *contiguous);
// libtorch's own threads, where it was built with OpenMP.
GATUN_WEAK void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
}

namespace at {
GATUN_WEAK int get_num_threads();
}
namespace torch::autograd::impl {
GATUN_WEAK void bump_version(const at::Tensor &variable);
}

namespace gatun {
constexpr int32_t kUint8 = 0, kFloat32 = 6, kBfloat16 = 15;
constexpr int64_t kElementsAtOnce = 16384;  // what a thread takes from the queue

inline void *handle(int64_t slot) { return reinterpret_cast<void *>(slot); }

struct CpuTensor {
  void *data = nullptr;
  int32_t dtype = 0;
  int64_t elements = 0;
};

enum class Readable { kYes, kElsewhere, kNo };

// A contiguous tensor in host memory. kElsewhere: it is another one; kNo: libtorch does not tell.
inline Readable read(int64_t slot, CpuTensor &t) {
  int32_t device = 0, layout = 0;
  bool contiguous = false;
  if (aoti_torch_get_device_type(handle(slot), &device) != 0 || aoti_torch_get_layout(handle(slot), &layout) != 0 ||
      aoti_torch_get_dtype(handle(slot), &t.dtype) != 0 || aoti_torch_get_numel(handle(slot), &t.elements) != 0) {
    return Readable::kNo;
  }
  const bool here = device == 0 && layout == 0 && aoti_torch_is_contiguous(handle(slot), &contiguous) == 0 && contiguous &&
                    aoti_torch_get_data_ptr(handle(slot), &t.data) == 0;
  return here ? Readable::kYes : Readable::kElsewhere;
}

// Runs body(from, to) on parts of 0..count, on as many threads as libtorch's ops use. A free thread takes the next part, so
// a thread that other programs hold up costs little; which thread does which part changes no result.
template <class Body>
inline void parallel(int64_t count, int64_t part, const Body &body) {
  struct Queue {
    const Body &body;
    int64_t count, part;
    std::atomic<int64_t> next{0};
    static void work(void *self) {
      auto &queue = *static_cast<Queue *>(self);
      for (int64_t from; (from = queue.next.fetch_add(queue.part)) < queue.count;) {
        queue.body(from, std::min(queue.count, from + queue.part));
      }
    }
  } queue{body, count, part};
  const int64_t allowed = at::get_num_threads != nullptr ? at::get_num_threads() : 1;
  const auto threads = static_cast<unsigned>(std::min(allowed, (count + part - 1) / part));
  if (threads <= 1) {
    Queue::work(&queue);
  } else if (GOMP_parallel != nullptr) {
    GOMP_parallel(&Queue::work, &queue, threads, 0);
  } else {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; i++) others.emplace_back(&Queue::work, &queue);
    Queue::work(&queue);
    for (auto &thread : others) thread.join();
  }
}
}  // namespace gatun
