// libtorch's caching allocator for GPUs, seen through the table of virtual functions that every device's allocator has.
#include "cuda_abi.h"
#include "gatun_core.h"
#include "guard.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_get_device_type(void *handle, int32_t *type);
GATUN_WEAK int32_t aoti_torch_get_layout(void *handle, int32_t *layout);
}

namespace c10 {
class Allocator;
GATUN_WEAK Allocator *GetAllocator(const DeviceType &type);
}  // namespace c10

namespace at::_ops {
struct record_stream {
  GATUN_WEAK static void call(at::Tensor &, c10::Stream);
};
}  // namespace at::_ops

namespace at::cuda {
GATUN_WEAK gatun::DeviceProperties *getDeviceProperties(int8_t device);
}  // namespace at::cuda

namespace {
constexpr int32_t kStrided = 0;
constexpr auto kCuda = static_cast<c10::DeviceType>(1);

gatun::DeviceAllocator &allocator() { return *reinterpret_cast<gatun::DeviceAllocator *>(c10::GetAllocator(kCuda)); }

// What libtorch says of itself holds of every statistic, so another layout is an exception and no wrong number.
void check(const gatun::Stat &stat) {
  if (stat.current < 0 || stat.peak < stat.current || stat.allocated < 0 || stat.freed < 0) {
    throw std::runtime_error("the loaded libtorch counts its memory in a way that Gatun does not know");
  }
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_cuda_properties(int64_t *f) {
  GATUN_GUARDED(&at::cuda::getDeviceProperties, {
    const auto *properties = at::cuda::getDeviceProperties(static_cast<int8_t>(f[0]));
    f[0] = reinterpret_cast<int64_t>(properties->name);
    f[1] = static_cast<int64_t>(strnlen(properties->name, sizeof properties->name));
    f[2] = static_cast<int64_t>(properties->totalGlobalMem);
  })
}

GATUN_EXPORT int gatun_cuda_memory(int64_t *f) {
  GATUN_GUARDED(&c10::GetAllocator, {
    const auto device = static_cast<int8_t>(f[0]);
    if (f[1] != 0) allocator().resetPeakStats(device);
    // Never destroyed: what follows the counts in some versions, a map of the private pools, is not known here. It is
    // empty, and owns nothing, while no graph is alive.
    gatun::Result<gatun::DeviceStats> holder([&] { return allocator().getDeviceStats(device); });
    const auto &stats = *reinterpret_cast<gatun::DeviceStats *>(holder.bytes);
    check(stats.allocated_bytes[0]);
    check(stats.reserved_bytes[0]);
    check(stats.allocation[0]);
    f[0] = stats.allocated_bytes[0].current;
    f[1] = stats.allocated_bytes[0].peak;
    f[2] = stats.allocated_bytes[0].allocated;
    f[3] = stats.reserved_bytes[0].current;
    f[4] = stats.reserved_bytes[0].peak;
    f[5] = stats.reserved_bytes[0].allocated;
    f[6] = stats.allocation[0].current;
    f[7] = stats.allocation[0].allocated;
  })
}

GATUN_EXPORT int gatun_cuda_empty_cache(int64_t *) {
  GATUN_GUARDED(&c10::GetAllocator, { allocator().emptyCache({0, 0}); })
}

GATUN_EXPORT int gatun_record_stream(int64_t *f) {
  GATUN_GUARDED(&at::_ops::record_stream::call, {
    void *handle = reinterpret_cast<void *>(f[0]);
    int32_t type = 0, layout = 0;
    if (aoti_torch_get_device_type(handle, &type) != 0 || type != static_cast<int32_t>(kCuda)) return 0;
    if (aoti_torch_get_layout(handle, &layout) != 0 || layout != kStrided) return 0;
    // A stream by its address is to libtorch one that it did not make, which for this op is the same.
    at::_ops::record_stream::call(gatun::tensor(f[0]), {{1, static_cast<int8_t>(f[1])}, f[2]});
  })
}
}
