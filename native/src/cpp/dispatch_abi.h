// What calls through the dispatcher need of libtorch's binary interface, declared by hand as in libtorch_abi.h.
#pragma once

#include "aten_support.h"

namespace c10 {
// 16 bytes: a payload and a tag that says what it is. Tensors, strings, lists and generators are owned pointers; here
// an IValue is plain data, and whoever makes one sees to its reference.
struct IValue {
  enum Tag : uint32_t {
    kNoneTag = 0,
    kTensorTag = 1,
    kDoubleTag = 3,
    kIntTag = 5,
    kBoolTag = 10,
    kStringTag = 12,
    kListTag = 14,
    kDeviceTag = 18,
    kGeneratorTag = 26,
  };
  int64_t payload;
  uint32_t tag;
};

// Whatever libtorch counts references to: its destructor is libtorch's own, found through the object.
struct Counted {
  virtual ~Counted();
  int32_t strong;
  int32_t weak;
};

struct ConstantString : Counted {
  std::string text;
};

struct ListImpl : Counted {
  std::vector<IValue> values;
  std::shared_ptr<void> element_type;
};

struct TensorType {
  GATUN_WEAK static const std::shared_ptr<void> &get();
};
struct IntType {
  GATUN_WEAK static void *get();
};
struct FloatType {
  GATUN_WEAK static void *get();
};
struct BoolType {
  GATUN_WEAK static void *get();
};
struct StringType {
  GATUN_WEAK static void *get();
};
struct NumberType {
  GATUN_WEAK static void *get();
};
struct DeviceObjType {
  GATUN_WEAK static void *get();
};

namespace impl {
struct OperatorEntry {
  GATUN_WEAK std::string dumpState() const;
};
}  // namespace impl

struct OperatorName {
  std::string name;
  std::string overload_name;
};

class OperatorHandle {
 public:
  OperatorHandle(const OperatorHandle &);
  ~OperatorHandle();
  impl::OperatorEntry *definition;
  void *place;
};

struct Dispatcher {
  GATUN_WEAK static Dispatcher &realSingleton();
  GATUN_WEAK OperatorHandle findSchemaOrThrow(const char *name, const char *overload);
  GATUN_WEAK std::vector<OperatorName> getAllOpNames();
};
}  // namespace c10

namespace torch::jit {
// Of the dispatcher's ops; others (TorchScript's own) begin differently and are told by their handle.
struct Operator {
  c10::OperatorHandle handle;
  std::function<void(std::vector<c10::IValue> &)> operation;
};
GATUN_WEAK std::shared_ptr<Operator> findOperatorFor(const c10::OperatorName &name);
}  // namespace torch::jit

// Two constructors, by their mangled names, because the address of a constructor cannot be taken: the object, then
// its arguments, which travel by reference.
extern "C" {
GATUN_WEAK int32_t aoti_torch_new_tensor_handle(void *handle, void **copy);
GATUN_WEAK void gatun_new_string_value(c10::IValue *self, std::string *text) __asm__(
    "_ZN3c106IValueC1ENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
GATUN_WEAK void gatun_new_list_impl(void *self, std::vector<c10::IValue> *values, std::shared_ptr<void> *type) __asm__(
    "_ZN3c106detail8ListImplC1ESt6vectorINS_6IValueESaIS3_EENS_4Type24SingletonOrSharedTypePtrIS6_EE");
}

namespace gatun {
// The value that a call returned, never destroyed here.
template <class T>
class Unowned {
 public:
  template <class Call>
  explicit Unowned(Call call) {
    new (bytes_) T(call());
  }
  T &get() { return *reinterpret_cast<T *>(bytes_); }

 private:
  alignas(T) unsigned char bytes_[sizeof(T)];
};

// Another reference to the tensor of a handle, as an IValue's payload.
int64_t owned(int64_t handle);
// The other way: a handle that takes over the reference in *payload, which is left undefined.
int64_t new_handle(int64_t *payload);
}  // namespace gatun
