// libtorch's C++ types as its binary interface has them, declared by hand: no registry carries the headers, and none
// are needed. Only what the wrappers pass or receive is here; layouts are those of libtorch 2.10 to 2.14 on the
// Itanium C++ ABI. Functions of libtorch are weak: one that another libtorch lacks is a null pointer, not a failed load.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#define GATUN_WEAK __attribute__((weak, visibility("default")))
#define GATUN_EXPORT __attribute__((visibility("default")))

namespace c10 {
enum class ScalarType : int8_t {};
enum class Layout : int8_t {};
enum class MemoryFormat : int8_t {};
enum class QScheme : uint8_t {};
enum class DeviceType : int8_t {};

struct Device {
  int8_t type;
  int8_t index;
};

// Only ever seen through references: its bytes are written by hand (see gatun::ScalarArgument).
struct Scalar {
  alignas(16) unsigned char bytes[32];
  Scalar(const Scalar &);
  ~Scalar();
};

// Non-trivial as libtorch's is, so that it travels by hidden reference; values below -2^62 would be read as pointers
// to symbolic integers, so gatun::sym_int refuses them.
class SymInt {
 public:
  explicit SymInt(int64_t value) : value_(value) {}
  SymInt(const SymInt &other) : value_(other.value_) {}
  ~SymInt() {}
  int64_t value_;
};

template <class T>
struct ArrayRef {
  const T *data;
  size_t size;
};

template <class T>
struct OptionalArrayRef {
  std::optional<ArrayRef<T>> wrapped;
};

template <class T>
struct IListRef {
  const void *data;
  size_t size;
  int32_t tag;
};

template <class T>
class List {
 public:
  List(const List &);
  ~List();
  void *impl;
};

struct OptionalType {
  // In libtorch a SingletonOrSharedTypePtr: pointer and owner too.
  GATUN_WEAK static std::shared_ptr<void> ofTensor();
};

struct TensorImpl {
  GATUN_WEAK void *mutable_grad();  // at::Tensor&, lent
  GATUN_WEAK bool requires_grad() const;
};

struct GradMode {
  GATUN_WEAK static bool is_enabled();
  GATUN_WEAK static void set_enabled(bool enabled);
};
}  // namespace c10

namespace at {
// One pointer to a reference-counted TensorImpl. Copying and destroying are libtorch's business: declared so that the
// compiler passes it by libtorch's rule, never called from here.
class Tensor {
 public:
  explicit Tensor(void *owned) : impl(owned) {}
  Tensor(const Tensor &);
  ~Tensor();
  void *impl;
};

// One pointer to a reference-counted GeneratorImpl, whose 32-bit reference count lies behind the vtable pointer.
class Generator {
 public:
  explicit Generator(void *impl) : impl_(impl) { add(1); }
  Generator(const Generator &other) : impl_(other.impl_) { add(1); }
  ~Generator() { add(-1); }
  void *impl_;

 private:
  // Never drops to 0 here: whoever made the generator holds a reference of its own.
  void add(int change) {
    if (impl_ != nullptr) __atomic_fetch_add(reinterpret_cast<int32_t *>(impl_) + 2, change, __ATOMIC_SEQ_CST);
  }
};

class Dimname;

// What the ops of these names call, without the dispatcher: whether conjugation or negation is still to be done when the
// elements of a view are read.
namespace native {
GATUN_WEAK bool is_conj(const Tensor &);
GATUN_WEAK bool is_neg(const Tensor &);
}  // namespace native
}  // namespace at

// c10::UndefinedTensorImpl::_singleton, by its mangled name: GCC drops the weak attribute of a static data member.
extern "C" GATUN_WEAK char gatun_undefined_tensor __asm__("_ZN3c1019UndefinedTensorImpl10_singletonE");
