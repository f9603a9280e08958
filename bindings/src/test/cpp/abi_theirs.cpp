// Compiled against libtorch's real headers, with private members laid open (-fno-access-control): everything that
// abi_ours.cpp and the test's Java constants say must hold here.
#include <ATen/core/Generator.h>
#include <ATen/core/IListRef.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <c10/core/QScheme.h>
#include <c10/util/Exception.h>
#include <c10/util/OptionalArrayRef.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <type_traits>

#include "ours.h"

template <class T>
constexpr bool by_register = std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>;

#define SAME(NAME, ...) static_assert(static_cast<long>(__VA_ARGS__) == ours_##NAME, "another " #NAME)
#define TYPE(NAME, ...)                         \
  SAME(size_##NAME, sizeof(__VA_ARGS__));       \
  SAME(align_##NAME, alignof(__VA_ARGS__));     \
  SAME(register_##NAME, by_register<__VA_ARGS__>)

TYPE(Tensor, at::Tensor);
TYPE(Generator, at::Generator);
TYPE(Scalar, c10::Scalar);
TYPE(SymInt, c10::SymInt);
TYPE(Device, c10::Device);
TYPE(ScalarType, c10::ScalarType);
TYPE(Layout, c10::Layout);
TYPE(MemoryFormat, c10::MemoryFormat);
TYPE(QScheme, c10::QScheme);
TYPE(Ints, c10::ArrayRef<int64_t>);
TYPE(OptionalInts, c10::OptionalArrayRef<int64_t>);
TYPE(Tensors, c10::IListRef<at::Tensor>);
TYPE(OptionalTensors, c10::List<std::optional<at::Tensor>>);
TYPE(OptionalTensor, std::optional<at::Tensor>);
TYPE(OptionalSymInt, std::optional<c10::SymInt>);
TYPE(OptionalDevice, std::optional<c10::Device>);
TYPE(OptionalGenerator, std::optional<at::Generator>);
TYPE(OptionalScalar, std::optional<c10::Scalar>);
TYPE(TwoTensors, std::tuple<at::Tensor, at::Tensor>);
TYPE(OperatorHandle, c10::OperatorHandle);
TYPE(OperatorName, c10::OperatorName);
static_assert(by_register<c10::IntTypePtr>, "IntType::get() returns its pointer in a register");
static_assert(!by_register<c10::TypePtr>, "OptionalType::ofTensor() returns through a hidden pointer");

SAME(size_IValue, sizeof(c10::IValue));
SAME(size_ListImpl, sizeof(c10::detail::ListImpl));
SAME(size_ConstantString, sizeof(c10::ivalue::ConstantString));
SAME(size_TypePtr, sizeof(c10::TypePtr));

SAME(offset_device_type, offsetof(c10::Device, type_));
SAME(offset_device_index, offsetof(c10::Device, index_));
SAME(offset_ints_data, offsetof(c10::ArrayRef<int64_t>, Data));
SAME(offset_ints_size, offsetof(c10::ArrayRef<int64_t>, Length));
SAME(offset_tensors_data, offsetof(c10::IListRef<at::Tensor>, payload_));
SAME(offset_tensors_tag, offsetof(c10::IListRef<at::Tensor>, tag_));
SAME(offset_ivalue_payload, offsetof(c10::IValue, payload));
SAME(offset_ivalue_tag, offsetof(c10::IValue, tag));
SAME(offset_list_values, offsetof(c10::detail::ListImpl, list));
SAME(offset_list_type, offsetof(c10::detail::ListImpl, elementType));
SAME(offset_counts, offsetof(c10::intrusive_ptr_target, combined_refcount_));
SAME(offset_string_text, offsetof(c10::ivalue::ConstantString, str_));
SAME(offset_handle_definition, offsetof(c10::OperatorHandle, operatorDef_));
SAME(offset_operation, offsetof(torch::jit::Operator::C10Operator, op_));
static_assert(offsetof(torch::jit::Operator, op_) == 0, "an Operator begins with its handle");
static_assert(offsetof(c10::Dispatcher::OperatorDef, op) == 0, "an op's definition begins with its entry");
static_assert(sizeof(torch::jit::Operation) == sizeof(std::function<void()>), "an Operation is a function");
static_assert(offsetof(c10::Error, msg_) == sizeof(void *), "the message follows the vtable pointer");
static_assert(offsetof(c10::Scalar, tag) == 0 && offsetof(c10::Scalar, v) == 16, "a Scalar is a tag and a value");

SAME(tag_None, c10::IValue::Tag::None);
SAME(tag_Tensor, c10::IValue::Tag::Tensor);
SAME(tag_Double, c10::IValue::Tag::Double);
SAME(tag_Int, c10::IValue::Tag::Int);
SAME(tag_Bool, c10::IValue::Tag::Bool);
SAME(tag_String, c10::IValue::Tag::String);
SAME(tag_GenericList, c10::IValue::Tag::GenericList);
SAME(tag_Device, c10::IValue::Tag::Device);
SAME(tag_Generator, c10::IValue::Tag::Generator);

SAME(scalar_double, c10::Scalar::Tag::HAS_d);
SAME(scalar_long, c10::Scalar::Tag::HAS_i);
SAME(scalar_complex, c10::Scalar::Tag::HAS_z);
SAME(scalar_bool, c10::Scalar::Tag::HAS_b);
SAME(device_cpu, c10::DeviceType::CPU);
SAME(device_cuda, c10::DeviceType::CUDA);
SAME(device_meta, c10::DeviceType::Meta);
SAME(dtype_uint8, c10::ScalarType::Byte);
SAME(dtype_int8, c10::ScalarType::Char);
SAME(dtype_int16, c10::ScalarType::Short);
SAME(dtype_int32, c10::ScalarType::Int);
SAME(dtype_int64, c10::ScalarType::Long);
SAME(dtype_float16, c10::ScalarType::Half);
SAME(dtype_float32, c10::ScalarType::Float);
SAME(dtype_float64, c10::ScalarType::Double);
SAME(dtype_complex32, c10::ScalarType::ComplexHalf);
SAME(dtype_complex64, c10::ScalarType::ComplexFloat);
SAME(dtype_complex128, c10::ScalarType::ComplexDouble);
SAME(dtype_bool, c10::ScalarType::Bool);
SAME(dtype_qint8, c10::ScalarType::QInt8);
SAME(dtype_quint8, c10::ScalarType::QUInt8);
SAME(dtype_qint32, c10::ScalarType::QInt32);
SAME(dtype_bfloat16, c10::ScalarType::BFloat16);
SAME(dtype_float8_e5m2, c10::ScalarType::Float8_e5m2);
SAME(dtype_float8_e4m3fn, c10::ScalarType::Float8_e4m3fn);
SAME(dtype_uint16, c10::ScalarType::UInt16);
SAME(dtype_uint32, c10::ScalarType::UInt32);
SAME(dtype_uint64, c10::ScalarType::UInt64);
SAME(layout_strided, c10::Layout::Strided);
SAME(layout_sparse_coo, c10::Layout::Sparse);
SAME(layout_sparse_csr, c10::Layout::SparseCsr);
SAME(layout_mkldnn, c10::Layout::Mkldnn);
SAME(layout_sparse_csc, c10::Layout::SparseCsc);
SAME(layout_sparse_bsr, c10::Layout::SparseBsr);
SAME(layout_sparse_bsc, c10::Layout::SparseBsc);
SAME(layout_jagged, c10::Layout::Jagged);
SAME(format_contiguous, c10::MemoryFormat::Contiguous);
SAME(format_preserve, c10::MemoryFormat::Preserve);
SAME(format_channels_last, c10::MemoryFormat::ChannelsLast);
SAME(format_channels_last_3d, c10::MemoryFormat::ChannelsLast3d);
