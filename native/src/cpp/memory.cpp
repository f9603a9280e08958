// Whose memory is whose: storages over the caller's memory, the caller's views of storages, and how many bytes
// libtorch holds.
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "gatun_core.h"
#include "guard.h"
#include "storage.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_create_tensor_from_blob(void *data, int64_t dims, const int64_t *sizes,
                                                      const int64_t *strides, int64_t storage_offset, int32_t dtype,
                                                      int32_t device_type, int32_t device_index, void **handle);
GATUN_WEAK int32_t aoti_torch_delete_tensor_object(void *handle);
GATUN_WEAK int32_t aoti_torch_get_data_ptr(void *handle, void **data);
GATUN_WEAK int32_t aoti_torch_get_dtype(void *handle, int32_t *dtype);
GATUN_WEAK int32_t aoti_torch_get_storage_size(void *handle, int64_t *bytes);
GATUN_WEAK int32_t aoti_torch_get_storage_offset(void *handle, int64_t *elements);
GATUN_WEAK size_t aoti_torch_dtype_element_size(int32_t dtype);
}

namespace c10 {
class Allocator;
GATUN_WEAK Allocator *GetCPUAllocator();
GATUN_WEAK void SetCPUAllocator(Allocator *allocator, uint8_t priority);
}  // namespace c10

namespace {
void *pointer(int64_t slot) { return reinterpret_cast<void *>(slot); }

gatun::StorageImpl *storage_of(void *handle) {
  void *data = nullptr;
  int32_t dtype = 0;
  int64_t bytes = 0, offset = 0;
  if (aoti_torch_get_data_ptr(handle, &data) != 0 || aoti_torch_get_dtype(handle, &dtype) != 0 ||
      aoti_torch_get_storage_size(handle, &bytes) != 0 || aoti_torch_get_storage_offset(handle, &offset) != 0) {
    throw std::runtime_error("the tensor has no storage");
  }
  const auto skipped = offset * static_cast<int64_t>(aoti_torch_dtype_element_size(dtype));
  return gatun::storage_of(handle, static_cast<char *>(data) - skipped, bytes);
}

// Memory that libtorch has done with. The last reference may go on any thread, one of autograd's or one that ends with
// the process, so nothing is called from there: the number goes into a list that a thread of Java's waits for.
// Never destroyed: that thread may still wait when the process ends.
struct Freed {
  std::mutex lock;
  std::condition_variable came;
  std::vector<int64_t> numbers;
};
Freed &freed() {
  static auto *list = new Freed();
  return *list;
}

void note_freed(void *number) {
  Freed &list = freed();
  {
    std::lock_guard<std::mutex> hold(list.lock);
    list.numbers.push_back(reinterpret_cast<int64_t>(number));
  }
  list.came.notify_one();
}

// Passes on to libtorch's own CPU allocator and counts. The size is kept in front of the data, in as many bytes as keep
// the alignment.
class CountingAllocator final : public gatun::Allocator {
 public:
  static constexpr size_t kFront = 64;
  gatun::Allocator *inner;
  std::atomic<int64_t> live{0}, peak{0}, allocations{0};

  gatun::DataPtr allocate(size_t bytes) override;
  bool is_simple_data_ptr(const gatun::DataPtr &pointer) const override {
    return pointer.data == pointer.context.get();
  }
  gatun::Deleter raw_deleter() const override { return &release; }
  void copy_data(void *target, const void *source, size_t bytes) const override {
    std::memcpy(target, source, bytes);
  }
  static void release(void *data);
};

CountingAllocator &counting() {
  static auto *allocator = new CountingAllocator();
  return *allocator;
}

gatun::DataPtr CountingAllocator::allocate(size_t bytes) {
  const c10::Device cpu{0, -1};
  if (bytes == 0) return {nullptr, {nullptr, &release}, cpu};
  char *base = nullptr;
  try {
    base = static_cast<char *>(inner->allocate(bytes + kFront < bytes ? bytes : bytes + kFront).context.release());
  } catch (...) {
    return inner->allocate(bytes);  // fails again, and names the size that was asked for
  }
  std::memcpy(base, &bytes, sizeof bytes);
  const auto size = static_cast<int64_t>(bytes);
  const int64_t now = live.fetch_add(size, std::memory_order_relaxed) + size;
  allocations.fetch_add(1, std::memory_order_relaxed);
  int64_t most = peak.load(std::memory_order_relaxed);
  while (now > most && !peak.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
  }
  return {base + kFront, {base + kFront, &release}, cpu};
}

void CountingAllocator::release(void *data) {
  if (data == nullptr) return;
  CountingAllocator &allocator = counting();
  char *base = static_cast<char *>(data) - kFront;
  int64_t size;
  std::memcpy(&size, base, sizeof size);
  allocator.live.fetch_sub(size, std::memory_order_relaxed);
  allocator.inner->raw_deleter()(base);
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_tensor_lend(int64_t *f) {
  GATUN_GUARDED(aoti_torch_create_tensor_from_blob, {
    void *handle = nullptr;
    if (aoti_torch_create_tensor_from_blob(pointer(f[0]), f[1], reinterpret_cast<int64_t *>(f[2]),
                                           reinterpret_cast<int64_t *>(f[3]), 0, static_cast<int32_t>(f[4]), 0, 0,
                                           &handle) != 0) {
      throw std::runtime_error("libtorch made no tensor over this memory");
    }
    try {
      storage_of(handle)->data.context = {pointer(f[5]), &note_freed};
    } catch (...) {
      aoti_torch_delete_tensor_object(handle);
      throw;
    }
    f[0] = reinterpret_cast<int64_t>(handle);
  })
}

GATUN_EXPORT int gatun_await_freed(int64_t *f) {
  GATUN_GUARDED(aoti_torch_create_tensor_from_blob, {
    Freed &list = freed();
    std::unique_lock<std::mutex> hold(list.lock);
    list.came.wait(hold, [&] { return !list.numbers.empty(); });
    f[0] = list.numbers.back();
    list.numbers.pop_back();
  })
}

GATUN_EXPORT int gatun_tensor_fix_size(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_data_ptr, { storage_of(pointer(f[0]))->resizable = false; })
}

GATUN_EXPORT int gatun_count_memory(int64_t *) {
  GATUN_GUARDED(&c10::SetCPUAllocator, {
    auto *inner = reinterpret_cast<gatun::Allocator *>(c10::GetCPUAllocator());
    if (inner == &counting() || inner->raw_deleter() == nullptr) return 0;
    counting().inner = inner;
    c10::SetCPUAllocator(reinterpret_cast<c10::Allocator *>(&counting()), 255);
  })
}

GATUN_EXPORT int gatun_memory(int64_t *f) {
  CountingAllocator &allocator = counting();
  if (f[0] != 0) allocator.peak.store(allocator.live.load());
  f[0] = allocator.live.load();
  f[1] = allocator.peak.load();
  f[2] = allocator.allocations.load();
  return 0;
}
}
