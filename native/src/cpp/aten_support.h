// What the generated wrappers are made of: readers that turn the slots of a frame into C++ arguments, and holders that
// turn results into slots. Readers of lists and optionals build the libtorch object in place and lend it for the call.
#pragma once

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "libtorch_abi.h"

namespace gatun {

struct OpEntry {
  const char *name;
  void *address;  // null when the loaded libtorch lacks the op
};

// Store the exception in flight as this thread's last error; return 1.
int failed();
// The same for an op that the loaded libtorch does not have.
int missing(const char *op);

inline const at::Tensor &as_tensor(const int64_t &handle) { return *reinterpret_cast<at::Tensor *>(handle); }
inline at::Tensor &tensor(int64_t handle) { return *reinterpret_cast<at::Tensor *>(handle); }
inline void *impl_of(int64_t handle) { return *reinterpret_cast<void **>(handle); }

struct OptionalTensor {
  void *impl;
  bool has;
  explicit OptionalTensor(int64_t handle) : impl(handle ? impl_of(handle) : nullptr), has(handle != 0) {}
  operator const std::optional<at::Tensor> &() const {
    return *reinterpret_cast<const std::optional<at::Tensor> *>(this);
  }
};
static_assert(sizeof(OptionalTensor) == sizeof(std::optional<at::Tensor>), "layout of optional<Tensor>");

struct Tensors {
  std::vector<void *> impls;
  c10::IListRef<at::Tensor> list;
  explicit Tensors(const int64_t *f) : impls(static_cast<size_t>(f[1])) {
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    for (size_t i = 0; i < impls.size(); i++) impls[i] = impl_of(handles[i]);
    list = {impls.data(), impls.size(), 0};
  }
  operator c10::ArrayRef<at::Tensor>() const {
    return {reinterpret_cast<const at::Tensor *>(impls.data()), impls.size()};
  }
  operator const c10::IListRef<at::Tensor> &() const { return list; }
};

// A c10::List<optional<Tensor>> that borrows its tensors. c10::List is a pointer to a reference-counted ListImpl:
// vtable, 32-bit strong and weak counts, std::vector<IValue>, element type. The count starts high and never reaches 0,
// so libtorch never asks for the vtable. The kernels only iterate, but what resolves lazy conjugation boxes the list,
// and asks for its element type. (torch_call_dispatcher would also do, but prints its errors to stderr instead of
// handing them over.)
struct OptionalTensors {
  struct IValue {
    void *payload;
    uint32_t tag;  // 0 None, 1 Tensor
  };
  struct ListImpl {
    void *vtable = nullptr;
    uint32_t strong = 1u << 20;
    uint32_t weak = 1;
    std::vector<IValue> values;
    void *element_type[2] = {nullptr, nullptr};
  } list_impl;
  ListImpl *list = &list_impl;
  // Made once, kept for good, and only lent to the lists: no reference is counted.
  static void *const *type() {
    alignas(std::shared_ptr<void>) static unsigned char bytes[sizeof(std::shared_ptr<void>)];
    static const bool made = [] {
      if (reinterpret_cast<const void *>(&c10::OptionalType::ofTensor) == nullptr) return false;
      new (bytes) std::shared_ptr<void>(c10::OptionalType::ofTensor());
      return true;
    }();
    (void)made;
    return reinterpret_cast<void *const *>(bytes);
  }
  explicit OptionalTensors(const int64_t *f) {
    list_impl.element_type[0] = type()[0];
    list_impl.element_type[1] = type()[1];
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    for (int64_t i = 0; i < f[1]; i++) {
      list_impl.values.push_back(handles[i] ? IValue{impl_of(handles[i]), 1} : IValue{nullptr, 0});
    }
  }
  OptionalTensors(const OptionalTensors &) = delete;
  operator const c10::List<std::optional<at::Tensor>> &() const {
    return *reinterpret_cast<const c10::List<std::optional<at::Tensor>> *>(&list);
  }
};

// Slots: tag (0 double, 1 int64, 2 uint64, 3 complex double, 4 bool, as in c10::Scalar; -1 absent), value, second value.
struct ScalarArgument {
  alignas(16) unsigned char bytes[48];  // Scalar, then (for optional<Scalar>) whether it is there
  explicit ScalarArgument(const int64_t *f) {
    std::memset(bytes, 0, sizeof bytes);
    if (f[0] < 0) return;
    const auto tag = static_cast<int32_t>(f[0]);
    std::memcpy(bytes, &tag, sizeof tag);
    std::memcpy(bytes + 16, f + 1, 16);
    bytes[32] = 1;
  }
  operator const c10::Scalar &() const { return *reinterpret_cast<const c10::Scalar *>(bytes); }
  operator const std::optional<c10::Scalar> &() const {
    return *reinterpret_cast<const std::optional<c10::Scalar> *>(bytes);
  }
};

struct Scalars {
  std::vector<std::array<int64_t, 4>> items;
  explicit Scalars(const int64_t *f) : items(static_cast<size_t>(f[1])) {
    const auto *source = reinterpret_cast<const int64_t *>(f[0]);
    for (size_t i = 0; i < items.size(); i++) {
      items[i] = {source[3 * i] & 0xffffffff, 0, source[3 * i + 1], source[3 * i + 2]};
    }
  }
  operator c10::ArrayRef<c10::Scalar>() const {
    return {reinterpret_cast<const c10::Scalar *>(items.data()), items.size()};
  }
};

inline double real(int64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline void check_sym_int(int64_t value) {
  if (value < -(INT64_C(1) << 62)) throw std::out_of_range("an integer below -2^62 cannot be a size, stride or index");
}
inline c10::SymInt sym_int(int64_t value) {
  check_sym_int(value);
  return c10::SymInt(value);
}

inline std::optional<int64_t> optional_int(const int64_t *f) {
  return f[0] ? std::optional<int64_t>(f[1]) : std::nullopt;
}
inline std::optional<c10::SymInt> optional_sym_int(const int64_t *f) {
  return f[0] ? std::optional<c10::SymInt>(sym_int(f[1])) : std::nullopt;
}
inline std::optional<double> optional_real(const int64_t *f) {
  return f[0] ? std::optional<double>(real(f[1])) : std::nullopt;
}
inline std::optional<bool> optional_bool(const int64_t *f) {
  return f[0] ? std::optional<bool>(f[1] != 0) : std::nullopt;
}
template <class E>
std::optional<E> optional_enum(const int64_t *f) {
  return f[0] ? std::optional<E>(static_cast<E>(f[1])) : std::nullopt;
}

// A device is (type << 32) | (index & 0xffffffff), as in libtorch's stable C interface.
inline c10::Device device(int64_t packed) {
  return {static_cast<int8_t>(packed >> 32), static_cast<int8_t>(static_cast<int32_t>(packed))};
}
inline std::optional<c10::Device> optional_device(const int64_t *f) {
  return f[0] ? std::optional<c10::Device>(device(f[1])) : std::nullopt;
}

inline c10::ArrayRef<long> ints(const int64_t *f) {
  return {reinterpret_cast<const long *>(f[0]), static_cast<size_t>(f[1])};
}
inline c10::ArrayRef<c10::SymInt> sym_ints(const int64_t *f) {
  const auto *values = reinterpret_cast<const int64_t *>(f[0]);
  for (int64_t i = 0; i < f[1]; i++) check_sym_int(values[i]);
  return {reinterpret_cast<const c10::SymInt *>(values), static_cast<size_t>(f[1])};
}
inline c10::OptionalArrayRef<long> optional_ints(const int64_t *f) {
  if (f[1] < 0) return {std::nullopt};
  return {ints(f)};
}
inline c10::OptionalArrayRef<c10::SymInt> optional_sym_ints(const int64_t *f) {
  if (f[1] < 0) return {std::nullopt};
  return {sym_ints(f)};
}
inline std::optional<c10::ArrayRef<double>> optional_reals(const int64_t *f) {
  if (f[1] < 0) return std::nullopt;
  return c10::ArrayRef<double>{reinterpret_cast<const double *>(f[0]), static_cast<size_t>(f[1])};
}
template <size_t N>
std::array<bool, N> bools(const int64_t *f) {
  std::array<bool, N> values;
  for (size_t i = 0; i < N; i++) values[i] = reinterpret_cast<const int64_t *>(f[0])[i] != 0;
  return values;
}
inline std::string_view string(const int64_t *f) {
  return {reinterpret_cast<const char *>(f[0]), static_cast<size_t>(f[1])};
}
inline std::optional<std::string_view> optional_string(const int64_t *f) {
  if (f[1] < 0) return std::nullopt;
  return string(f);
}
inline std::optional<at::Generator> generator(int64_t impl) {
  if (impl == 0) return std::nullopt;
  return std::optional<at::Generator>(std::in_place, reinterpret_cast<void *>(impl));
}

// Takes over the reference that *holder owns: a new handle, or 0 for the undefined tensor.
inline int64_t take(void **holder) {
  void *impl = *holder;
  if (impl == nullptr || impl == static_cast<void *>(&gatun_undefined_tensor)) return 0;
  auto *handle = static_cast<void **>(::operator new(sizeof(void *)));
  *handle = impl;
  return reinterpret_cast<int64_t>(handle);
}

// Slots: pointer to malloc'ed handles (the caller frees it), count.
inline void take(std::vector<at::Tensor> *tensors, int64_t *f) {
  auto **impls = reinterpret_cast<void **>(tensors->data());
  const size_t count = tensors->size();
  auto *handles = static_cast<int64_t *>(std::malloc(sizeof(int64_t) * (count + 1)));
  for (size_t i = 0; i < count; i++) handles[i] = take(impls + i);
  ::operator delete(impls);
  f[0] = reinterpret_cast<int64_t>(handles);
  f[1] = static_cast<int64_t>(count);
}

template <class T>
struct Slots {  // plain values
  static constexpr int count = 1;
  static void put(T *value, int64_t *f) { f[0] = static_cast<int64_t>(*value); }
};
template <>
struct Slots<double> {
  static constexpr int count = 1;
  static void put(double *value, int64_t *f) { std::memcpy(f, value, sizeof *value); }
};
template <>
struct Slots<at::Tensor> {
  static constexpr int count = 1;
  static void put(at::Tensor *value, int64_t *f) { f[0] = take(&value->impl); }
};
template <>
struct Slots<std::vector<at::Tensor>> {
  static constexpr int count = 2;
  static void put(std::vector<at::Tensor> *value, int64_t *f) { take(value, f); }
};
template <>
struct Slots<c10::SymInt> {
  static constexpr int count = 1;
  static void put(c10::SymInt *value, int64_t *f) { f[0] = value->value_; }
};
template <>
struct Slots<c10::Scalar> {
  static constexpr int count = 3;
  static void put(c10::Scalar *value, int64_t *f) {
    int32_t tag;
    std::memcpy(&tag, value->bytes, sizeof tag);
    f[0] = tag;
    std::memcpy(f + 1, value->bytes + 16, 16);
  }
};

// Holds what a call returned without ever destroying it: the references move into the slots.
template <class T>
struct Result {
  alignas(T) unsigned char bytes[sizeof(T)];
  template <class Call>
  explicit Result(Call call) {
    new (bytes) T(call());
  }
  void move_to(int64_t *f) { Slots<T>::put(reinterpret_cast<T *>(bytes), f); }
};

template <class... Ts>
struct Results {
  using Tuple = std::tuple<Ts...>;
  alignas(Tuple) unsigned char bytes[sizeof(Tuple)];
  template <class Call>
  explicit Results(Call call) {
    new (bytes) Tuple(call());
  }
  void move_to(int64_t *f) { put(f, std::index_sequence_for<Ts...>{}); }

 private:
  template <size_t... I>
  void put(int64_t *f, std::index_sequence<I...>) {
    auto &tuple = *reinterpret_cast<Tuple *>(bytes);
    ((Slots<Ts>::put(&std::get<I>(tuple), f), f += Slots<Ts>::count), ...);
  }
};

}  // namespace gatun
