// The layout of libtorch's storages and of what frees them (c10::DataPtr, c10::StorageImpl, c10::Allocator), by hand.
#pragma once

#include "libtorch_abi.h"

namespace gatun {
using Deleter = void (*)(void *);

// c10::DataPtr: the data, what frees it, and where it is.
struct DataPtr {
  void *data;
  std::unique_ptr<void, Deleter> context;
  c10::Device device;
};
static_assert(sizeof(DataPtr) == 32, "layout of c10::DataPtr");

// c10::StorageImpl up to the flags: the vtable pointer and two 32-bit reference counts come first.
struct StorageImpl {
  void *vtable;
  uint64_t counts;
  DataPtr data;
  int64_t bytes;
  bool bytes_on_heap;
  bool resizable;
};

// c10::Allocator: the order of its virtual functions.
class Allocator {
 public:
  virtual ~Allocator() = default;
  virtual DataPtr allocate(size_t bytes) = 0;
  virtual bool is_simple_data_ptr(const DataPtr &pointer) const = 0;
  virtual Deleter raw_deleter() const = 0;
  virtual void copy_data(void *target, const void *source, size_t bytes) const = 0;
};

// The storage of a tensor, which its TensorImpl holds behind vtable pointer and counts; checked against what libtorch
// itself says of it, so that another layout is an exception and not a wild write.
inline StorageImpl *storage_of(void *handle, const void *start, int64_t bytes) {
  auto *storage = static_cast<StorageImpl *const *>(*static_cast<void **>(handle))[2];
  if (storage == nullptr || storage->data.data != start || storage->bytes != bytes ||
      *reinterpret_cast<const uint8_t *>(&storage->bytes_on_heap) > 1 ||
      *reinterpret_cast<const uint8_t *>(&storage->resizable) > 1) {
    throw std::runtime_error("the loaded libtorch lays out its storages in a way that Gatun does not know");
  }
  return storage;
}
}  // namespace gatun
