// libtorch's ops as a C++ program calls them, on tensors that free themselves: what the benchmarks' C++ loops are
// written in. Declared by hand like the shim's own, for there are no headers of libtorch.
#pragma once

#include <initializer_list>

#include "guard.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_delete_tensor_object(void *handle);
GATUN_WEAK int32_t aoti_torch_get_data_ptr(void *handle, void **data);
}

namespace at::_ops {
#define GATUN_OP(NAME, RESULT, ...)              \
  struct NAME {                                  \
    GATUN_WEAK static RESULT call(__VA_ARGS__);  \
  }
using OptionalTensor = const std::optional<at::Tensor> &;
using SymInts = c10::ArrayRef<c10::SymInt>;
using TensorList = c10::ArrayRef<at::Tensor>;
GATUN_OP(_backward, void, const at::Tensor &, TensorList, OptionalTensor, std::optional<bool>, bool);
GATUN_OP(_foreach_add__Scalar, void, TensorList, const c10::Scalar &);
GATUN_OP(_fused_adamw_, void, TensorList, TensorList, TensorList, TensorList, TensorList, TensorList, double, double,
         double, double, double, bool, bool, OptionalTensor, OptionalTensor);
GATUN_OP(add_Tensor, at::Tensor, const at::Tensor &, const at::Tensor &, const c10::Scalar &);
GATUN_OP(add__Tensor, at::Tensor &, at::Tensor &, const at::Tensor &, const c10::Scalar &);
GATUN_OP(baddbmm, at::Tensor, const at::Tensor &, const at::Tensor &, const at::Tensor &, const c10::Scalar &,
         const c10::Scalar &);
GATUN_OP(bmm, at::Tensor, const at::Tensor &, const at::Tensor &);
GATUN_OP(cross_entropy_loss, at::Tensor, const at::Tensor &, const at::Tensor &, OptionalTensor, long, c10::SymInt,
         double);
GATUN_OP(dropout, at::Tensor, const at::Tensor &, double, bool);
GATUN_OP(embedding, at::Tensor, const at::Tensor &, const at::Tensor &, c10::SymInt, bool, bool);
GATUN_OP(eq_Scalar, at::Tensor, const at::Tensor &, const c10::Scalar &);
GATUN_OP(expand, at::Tensor, const at::Tensor &, SymInts, bool);
GATUN_OP(gelu, at::Tensor, const at::Tensor &, std::string_view);
GATUN_OP(linear, at::Tensor, const at::Tensor &, const at::Tensor &, OptionalTensor);
GATUN_OP(masked_fill__Scalar, at::Tensor &, at::Tensor &, const at::Tensor &, const c10::Scalar &);
GATUN_OP(mm, at::Tensor, const at::Tensor &, const at::Tensor &);
GATUN_OP(mul_Tensor, at::Tensor, const at::Tensor &, const at::Tensor &);
GATUN_OP(permute, at::Tensor, const at::Tensor &, c10::ArrayRef<long>);
GATUN_OP(reshape, at::Tensor, const at::Tensor &, SymInts);
GATUN_OP(rms_norm, at::Tensor, const at::Tensor &, SymInts, OptionalTensor, std::optional<double>);
GATUN_OP(softmax_int, at::Tensor, const at::Tensor &, long, std::optional<c10::ScalarType>);
GATUN_OP(to_dtype, at::Tensor, const at::Tensor &, c10::ScalarType, bool, bool, std::optional<c10::MemoryFormat>);
GATUN_OP(transpose_int, at::Tensor, const at::Tensor &, long, long);
GATUN_OP(unsqueeze, at::Tensor, const at::Tensor &, long);
GATUN_OP(view, at::Tensor, const at::Tensor &, SymInts);
#undef GATUN_OP
}  // namespace at::_ops

namespace bench {

// A tensor that this program owns.
class Tensor {
 public:
  template <class Call>
  explicit Tensor(Call call) {
    gatun::Result<at::Tensor> result(call);
    result.move_to(&handle_);
  }
  Tensor(Tensor &&other) noexcept : handle_(other.handle_) { other.handle_ = 0; }
  Tensor &operator=(Tensor &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Tensor(const Tensor &) = delete;
  ~Tensor() { free(); }
  void *handle() const { return reinterpret_cast<void *>(handle_); }
  void free() {
    if (handle_ != 0) aoti_torch_delete_tensor_object(reinterpret_cast<void *>(handle_));
    handle_ = 0;
  }
  operator const at::Tensor &() const { return gatun::as_tensor(handle_); }
  operator at::Tensor &() { return gatun::tensor(handle_); }

 private:
  int64_t handle_ = 0;
};

using Sizes = std::initializer_list<c10::SymInt>;
inline at::_ops::SymInts sizes(const Sizes &values) { return {values.begin(), values.size()}; }
inline c10::SymInt size(int64_t value) { return c10::SymInt(value); }

struct Number {
  int64_t slots[3] = {0, 0, 0};
  explicit Number(double value) { std::memcpy(slots + 1, &value, sizeof value); }
  explicit Number(int64_t value) : slots{1, value, 0} {}
};
inline gatun::ScalarArgument scalar(double value) { return gatun::ScalarArgument(Number(value).slots); }
inline gatun::ScalarArgument whole(int64_t value) { return gatun::ScalarArgument(Number(value).slots); }

using Const = const at::Tensor &;
namespace op = at::_ops;
inline const gatun::OptionalTensor &none() {
  static const gatun::OptionalTensor absent(0);
  return absent;
}

inline Tensor add(Const a, Const b) {
  return Tensor([&] { return op::add_Tensor::call(a, b, whole(1)); });
}
inline Tensor bmm(Const a, Const b) {
  return Tensor([&] { return op::bmm::call(a, b); });
}
inline Tensor baddbmm(Const bias, Const a, Const b) {
  return Tensor([&] { return op::baddbmm::call(bias, a, b, whole(1), whole(1)); });
}
inline Tensor dropout(Const a, double p) {
  return Tensor([&] { return op::dropout::call(a, p, true); });
}
inline Tensor embedding(Const table, Const indices) {
  return Tensor([&] { return op::embedding::call(table, indices, size(-1), false, false); });
}
inline Tensor expand(Const a, const Sizes &shape) {
  return Tensor([&] { return op::expand::call(a, sizes(shape), false); });
}
inline Tensor gelu(Const a) {
  return Tensor([&] { return op::gelu::call(a, "tanh"); });
}
inline Tensor linear(Const a, Const weight) {
  return Tensor([&] { return op::linear::call(a, weight, none()); });
}
inline Tensor mul(Const a, Const b) {
  return Tensor([&] { return op::mul_Tensor::call(a, b); });
}
inline Tensor reshape(Const a, const Sizes &shape) {
  return Tensor([&] { return op::reshape::call(a, sizes(shape)); });
}
inline Tensor softmax(Const a) {
  return Tensor([&] { return op::softmax_int::call(a, -1, std::nullopt); });
}
inline Tensor transpose(Const a, long first, long second) {
  return Tensor([&] { return op::transpose_int::call(a, first, second); });
}
inline Tensor unsqueeze(Const a, long dim) {
  return Tensor([&] { return op::unsqueeze::call(a, dim); });
}
inline Tensor view(Const a, const Sizes &shape) {
  return Tensor([&] { return op::view::call(a, sizes(shape)); });
}
}  // namespace bench
