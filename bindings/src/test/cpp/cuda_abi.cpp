// Compiled against libtorch's and CUDA's real headers: what cuda_abi.h and cuda_switches.cpp say must hold here. Prints the
// places of the virtual functions that the shim calls, which only a pointer to them tells.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Stream.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/util/Exception.h>

#include <cstdio>
#include <cstring>

namespace {
using Stats = c10::CachingDeviceAllocator::DeviceStats;

static_assert(sizeof(at::cuda::CUDAGraph) <= 4096 && alignof(at::cuda::CUDAGraph) <= 64, "room for a graph");
static_assert(sizeof(Stats) <= 6 * 96 + 4096 && !std::is_trivially_copyable_v<Stats>, "room for the statistics");
static_assert(sizeof(c10::CachingAllocator::StatArray) == 96 && sizeof(c10::CachingAllocator::Stat) == 32, "a statistic");
static_assert(offsetof(c10::CachingAllocator::Stat, current) == 0 && offsetof(c10::CachingAllocator::Stat, peak) == 8 &&
                  offsetof(c10::CachingAllocator::Stat, allocated) == 16 &&
                  offsetof(c10::CachingAllocator::Stat, freed) == 24,
              "a statistic's parts");
static_assert(offsetof(Stats, allocation) == 0 && offsetof(Stats, allocated_bytes) == 4 * 96 &&
                  offsetof(Stats, reserved_bytes) == 5 * 96,
              "the statistics");
static_assert(static_cast<int>(c10::CachingAllocator::StatType::AGGREGATE) == 0, "all blocks come first");
static_assert(offsetof(cudaDeviceProp, name) == 0 && sizeof(cudaDeviceProp::name) == 256 &&
                  offsetof(cudaDeviceProp, totalGlobalMem) == 288,
              "a device's properties");
static_assert(sizeof(c10::Stream) == 16 && offsetof(c10::Stream, device_) == 0 && offsetof(c10::Stream, id_) == 8,
              "a stream");
static_assert(std::is_trivially_copy_constructible_v<c10::MempoolId_t> && sizeof(c10::MempoolId_t) == 16, "a pool");
static_assert(sizeof(cudaStreamCaptureMode) == 4, "a mode");
static_assert(sizeof(c10::cuda::WarningState) == 4 && static_cast<int>(c10::cuda::SyncDebugMode::L_DISABLED) == 0 &&
                  static_cast<int>(c10::cuda::SyncDebugMode::L_WARN) == 1 &&
                  static_cast<int>(c10::cuda::SyncDebugMode::L_ERROR) == 2,
              "what is done about waits");
static_assert(static_cast<int>(at::Float32Backend::CUDA) == 1 && static_cast<int>(at::Float32Op::CONV) == 1 &&
                  static_cast<int>(at::Float32Op::RNN) == 2 && static_cast<int>(at::Float32Op::MATMUL) == 3 &&
                  static_cast<int>(at::Float32Precision::IEEE) == 1 && static_cast<int>(at::Float32Precision::TF32) == 2 &&
                  static_cast<int>(at::Float32Precision::BF16) == 3,
              "precisions");

// A pointer to a virtual function holds 1 plus its offset in the table.
template <class Member>
int slot(Member member) {
  uintptr_t word;
  std::memcpy(&word, &member, sizeof word);
  return static_cast<int>((word - 1) / sizeof(void *));
}
}  // namespace

int main() {
  std::printf("%d %d %d %d %d\n", slot(&c10::DeviceAllocator::initialized), slot(&c10::DeviceAllocator::emptyCache),
              slot(&c10::DeviceAllocator::getDeviceStats), slot(&c10::DeviceAllocator::resetAccumulatedStats),
              slot(&c10::DeviceAllocator::resetPeakStats));
}
