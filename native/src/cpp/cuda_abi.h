// What of libtorch's CUDA side the shim sees, by hand; a test compares it with the headers of a pip install.
#pragma once

#include "storage.h"

namespace c10 {
struct Stream {
  Device device;
  int64_t id;
};
using MempoolId = std::pair<unsigned long long, unsigned long long>;
}  // namespace c10

enum cudaStreamCaptureMode : int;

namespace gatun {
// The beginning of CUDA's cudaDeviceProp, which has not changed since CUDA 10.
struct DeviceProperties {
  char name[256];
  char ids[28];
  size_t totalGlobalMem;
};

struct Stat {
  int64_t current, peak, allocated, freed;
};
// One for all blocks, one for the small and one for the large ones.
using StatArray = std::array<Stat, 3>;

// The beginning of c10::CachingDeviceAllocator::DeviceStats, with room for what follows in any version. Not trivial, as that
// is not: it is returned into memory of the caller's.
struct DeviceStats {
  DeviceStats() = default;
  DeviceStats(const DeviceStats &) {}
  ~DeviceStats() {}
  StatArray allocation, segment, active, inactive_split, allocated_bytes, reserved_bytes;
  char rest[4096];
};

// c10::DeviceAllocator: the order of its virtual functions behind those of c10::Allocator.
class DeviceAllocator : public Allocator {
 public:
  virtual bool initialized() = 0;
  virtual void emptyCache(c10::MempoolId pool) = 0;
  virtual void recordStream(const DataPtr &pointer, c10::Stream stream) = 0;
  virtual DeviceStats getDeviceStats(int8_t device) = 0;
  virtual void resetAccumulatedStats(int8_t device) = 0;
  virtual void resetPeakStats(int8_t device) = 0;
};
}  // namespace gatun

namespace at::cuda {
// Room for libtorch's object, whose members are its own business; the largest so far has about 500 bytes.
struct CUDAGraph {
  GATUN_WEAK explicit CUDAGraph(bool keep_graph);
  GATUN_WEAK ~CUDAGraph();
  GATUN_WEAK void capture_begin(c10::MempoolId pool, cudaStreamCaptureMode mode);
  GATUN_WEAK void capture_end();
  GATUN_WEAK void replay();
  GATUN_WEAK void reset();
  GATUN_WEAK c10::MempoolId pool();
  alignas(64) char bytes[4096];
};
}  // namespace at::cuda
