// Stands in for libtorch_cuda.so and the CUDA runtime on a machine without a GPU, beside a real libtorch for the CPU: functions
// of the same names, and an allocator registered as the GPU's, that keep a log of what they were called with.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#define EXPORT extern "C" __attribute__((visibility("default")))

static std::string record;
static thread_local int current_device;
static thread_local void *current_stream = reinterpret_cast<void *>(0x1000);

static int noted(const std::string &what) {
  record += what + "\n";
  return 0;
}
static std::string number(const void *pointer) { return std::to_string(reinterpret_cast<uintptr_t>(pointer)); }

static int fail_ends;
EXPORT void stub_fail_ends(int count) { fail_ends = count; }

EXPORT const char *stub_log() {
  static std::string lent;
  lent = record;
  record.clear();
  return lent.c_str();
}

// --- CUDA runtime ---
EXPORT int cudaGetDevice(int *device) {
  *device = current_device;
  return 0;
}
EXPORT int cudaSetDevice(int device) {
  current_device = device;
  return noted("cudaSetDevice " + std::to_string(device));
}
EXPORT const char *cudaGetErrorString(int status) { return status == 600 ? "device not ready" : "invalid argument"; }
EXPORT int cudaEventCreateWithFlags(void **event, unsigned flags) {
  *event = new int(0);
  return noted("cudaEventCreateWithFlags flags=" + std::to_string(flags) + " device=" + std::to_string(current_device));
}
EXPORT int cudaEventRecord(int *event, void *stream) {
  ++*event;
  return noted("cudaEventRecord stream=" + number(stream));
}
EXPORT int cudaEventQuery(int *event) { return *event == 1 ? 600 : 0; }
EXPORT int cudaEventSynchronize(int *event) {
  *event = 2;
  return noted("cudaEventSynchronize");
}
EXPORT int cudaEventElapsedTime(float *milliseconds, int *start, int *end) {
  *milliseconds = 1.5f;
  return *start == 2 && *end == 2 ? 0 : 600;
}
EXPORT int cudaEventDestroy(int *event) {
  delete event;
  return noted("cudaEventDestroy");
}
EXPORT int cudaStreamWaitEvent(void *stream, int *, unsigned) { return noted("cudaStreamWaitEvent stream=" + number(stream)); }
EXPORT int cudaStreamQuery(void *stream) { return stream == reinterpret_cast<void *>(0x2000) ? 600 : 0; }
EXPORT int cudaStreamSynchronize(void *stream) { return noted("cudaStreamSynchronize stream=" + number(stream)); }
EXPORT int cudaStreamIsCapturing(void *stream, int *status) {
  *status = stream == reinterpret_cast<void *>(0x2000);
  return 0;
}
EXPORT int cudaDeviceSynchronize() { return noted("cudaDeviceSynchronize device=" + std::to_string(current_device)); }
EXPORT int cudaDeviceGetAttribute(int *value, int attribute, int device) {
  *value = attribute * 10 + device;
  return device > 7 ? 101 : 0;
}
EXPORT int cudaMemGetInfo(size_t *free, size_t *total) {
  *free = 70ull << 30;
  *total = 80ull << 30;
  return 0;
}

// --- libtorch's streams ---
EXPORT int aoti_torch_get_current_cuda_stream(int32_t, void **stream) {
  *stream = current_stream;
  return 0;
}
EXPORT int torch_get_cuda_stream_from_pool(bool, int32_t, void **stream) {
  *stream = reinterpret_cast<void *>(0x2000);
  return 0;
}
EXPORT int aoti_torch_create_cuda_stream_guard(void *stream, int32_t device, void **guard) {
  *guard = new std::pair<void *, int>(current_stream, current_device);
  current_stream = stream;
  current_device = device;
  return noted("enter stream=" + number(stream) + " device=" + std::to_string(device));
}
EXPORT int aoti_torch_delete_cuda_stream_guard(std::pair<void *, int> *guard) {
  current_stream = guard->first;
  current_device = guard->second;
  delete guard;
  return noted("leave to stream=" + number(current_stream));
}

// --- c10::cuda::warning_state(), with the name that the compiler gives its local ---
namespace c10::cuda {
enum class SyncDebugMode { L_DISABLED, L_WARN, L_ERROR };
struct WarningState {
  SyncDebugMode mode = SyncDebugMode::L_DISABLED;
};
inline __attribute__((visibility("default"))) WarningState &warning_state() {
  static WarningState warning_state_;
  return warning_state_;
}
}  // namespace c10::cuda
EXPORT int stub_mode() { return static_cast<int>(c10::cuda::warning_state().mode); }

// --- graphs, generators and devices ---
struct Properties {
  char name[256];
  char ids[28];
  size_t memory;
};

enum cudaStreamCaptureMode : int;
using Pool = std::pair<unsigned long long, unsigned long long>;
namespace at {
struct Generator {
  void *impl;
  Generator(void *impl) : impl(impl) { ++static_cast<int32_t *>(impl)[2]; }
  Generator(const Generator &other) : Generator(other.impl) {}
  ~Generator() { --static_cast<int32_t *>(impl)[2]; }
};
#define VISIBLE __attribute__((visibility("default")))
struct VISIBLE CUDAGeneratorImpl {
  int32_t counts[2] = {0, 1};
  uint64_t seed_ = 67280421310721;
  int8_t device = 0;
  virtual ~CUDAGeneratorImpl() { noted("generator freed"); }
  void set_current_seed(uint64_t seed);
  uint64_t current_seed() const;
  uint64_t seed();
  CUDAGeneratorImpl *clone_impl() const;
};
void CUDAGeneratorImpl::set_current_seed(uint64_t seed) { seed_ = seed; }
uint64_t CUDAGeneratorImpl::current_seed() const { return seed_; }
uint64_t CUDAGeneratorImpl::seed() { return seed_ = 4711; }
CUDAGeneratorImpl *CUDAGeneratorImpl::clone_impl() const {
  auto *copy = new CUDAGeneratorImpl();
  copy->seed_ = seed_;
  return copy;
}

namespace cuda {
namespace detail {
VISIBLE const Generator &getDefaultCUDAGenerator(int8_t device) {
  static Generator of[] = {new CUDAGeneratorImpl(), new CUDAGeneratorImpl()};
  return of[device];
}
VISIBLE Generator createCUDAGenerator(int8_t device) {
  auto *impl = new CUDAGeneratorImpl();
  impl->device = device;
  return {impl};
}
}  // namespace detail

VISIBLE Properties *getDeviceProperties(int8_t device) {
  static Properties properties = {"NVIDIA Stub 80GB", {}, 80ull << 30};
  properties.name[15] = static_cast<char>('A' + device);
  return &properties;
}
VISIBLE Pool graph_pool_handle() { return {0, 9}; }

struct VISIBLE CUDAGraph {
  explicit CUDAGraph(bool keep);
  ~CUDAGraph();
  void capture_begin(Pool pool, cudaStreamCaptureMode mode);
  void capture_end();
  void replay();
  void reset();
  Pool pool();
  int id;
};
static int graphs;
CUDAGraph::CUDAGraph(bool keep) : id(++graphs) { noted("graph " + std::to_string(id) + " keep=" + std::to_string(keep)); }
CUDAGraph::~CUDAGraph() { noted("graph freed"); }
void CUDAGraph::capture_begin(Pool pool, cudaStreamCaptureMode mode) {
  noted("capture_begin pool=" + std::to_string(pool.first) + "," + std::to_string(pool.second) + " mode=" +
        std::to_string(static_cast<int>(mode)) + " stream=" + number(current_stream));
}
void CUDAGraph::capture_end() {
  noted("capture_end");
  if (fail_ends > 0 && fail_ends-- > 0) throw std::runtime_error("stub: the capture was invalidated");
}
void CUDAGraph::replay() { noted("replay stream=" + number(current_stream)); }
void CUDAGraph::reset() { noted("reset"); }
Pool CUDAGraph::pool() { return {static_cast<unsigned long long>(id), 5}; }
}  // namespace cuda
}  // namespace at

// --- the allocator, with the virtual functions of c10::DeviceAllocator in their order ---
namespace c10 {
enum class DeviceType : int8_t { CUDA = 1 };
class Allocator;
void SetAllocator(DeviceType type, Allocator *allocator, uint8_t priority);
}  // namespace c10

struct Stats {
  std::array<std::array<std::array<int64_t, 4>, 3>, 6> first;
  char rest[600];
  ~Stats() {}
};
class StubAllocator {
 public:
  virtual ~StubAllocator() = default;
  virtual void allocate() {}
  virtual bool is_simple_data_ptr() const { return true; }
  virtual void *raw_deleter() const { return nullptr; }
  virtual void copy_data() const {}
  virtual bool initialized() { return true; }
  virtual void emptyCache(Pool pool) { noted("emptyCache " + std::to_string(pool.first) + "," + std::to_string(pool.second)); }
  virtual void recordStream() {}
  virtual Stats getDeviceStats(int8_t device) {
    Stats stats{};
    for (int i = 0; i < 6; i++) {
      for (int k = 0; k < 4; k++) stats.first[i][0][k] = device == 1 ? -1 : i * 100 + k;
    }
    return stats;
  }
  virtual void resetAccumulatedStats(int8_t) { noted("resetAccumulatedStats"); }
  virtual void resetPeakStats(int8_t device) { noted("resetPeakStats " + std::to_string(device)); }
};

static const bool registered = [] {
  c10::SetAllocator(c10::DeviceType::CUDA, reinterpret_cast<c10::Allocator *>(new StubAllocator()), 255);
  return true;
}();
