// Prints what our hand-declared types look like, as C++ constants for abi_theirs.cpp.
#include <cstdio>
#include <type_traits>

#include "dispatch_abi.h"

namespace {
template <class T>
constexpr bool by_register = std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>;

void print(const char *name, long value) { std::printf("constexpr long ours_%s = %ld;\n", name, value); }

template <class T>
void type(const char *name) {
  std::printf("constexpr long ours_size_%s = %zu, ours_align_%s = %zu, ours_register_%s = %d;\n", name, sizeof(T), name,
              alignof(T), name, by_register<T>);
}
}  // namespace

#define TYPE(NAME, ...) type<__VA_ARGS__>(#NAME)
#define OFFSET(NAME, TYPE, MEMBER) print("offset_" #NAME, static_cast<long>(offsetof(TYPE, MEMBER)))

int main() {
  TYPE(Tensor, at::Tensor);
  TYPE(Generator, at::Generator);
  TYPE(Scalar, c10::Scalar);
  TYPE(SymInt, c10::SymInt);
  TYPE(Device, c10::Device);
  TYPE(ScalarType, c10::ScalarType);
  TYPE(Layout, c10::Layout);
  TYPE(MemoryFormat, c10::MemoryFormat);
  TYPE(QScheme, c10::QScheme);
  TYPE(Ints, c10::ArrayRef<long>);
  TYPE(OptionalInts, c10::OptionalArrayRef<long>);
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
  print("size_IValue", sizeof(c10::IValue));
  print("size_ListImpl", sizeof(c10::ListImpl));
  print("size_ConstantString", sizeof(c10::ConstantString));
  print("size_TypePtr", sizeof(std::shared_ptr<void>));
  OFFSET(device_type, c10::Device, type);
  OFFSET(device_index, c10::Device, index);
  OFFSET(ints_data, c10::ArrayRef<long>, data);
  OFFSET(ints_size, c10::ArrayRef<long>, size);
  OFFSET(tensors_data, c10::IListRef<at::Tensor>, data);
  OFFSET(tensors_tag, c10::IListRef<at::Tensor>, tag);
  OFFSET(ivalue_payload, c10::IValue, payload);
  OFFSET(ivalue_tag, c10::IValue, tag);
  OFFSET(list_values, c10::ListImpl, values);
  OFFSET(list_type, c10::ListImpl, element_type);
  OFFSET(counts, c10::ListImpl, strong);
  OFFSET(string_text, c10::ConstantString, text);
  OFFSET(handle_definition, c10::OperatorHandle, definition);
  OFFSET(operation, torch::jit::Operator, operation);
  print("tag_None", c10::IValue::kNoneTag);
  print("tag_Tensor", c10::IValue::kTensorTag);
  print("tag_Double", c10::IValue::kDoubleTag);
  print("tag_Int", c10::IValue::kIntTag);
  print("tag_Bool", c10::IValue::kBoolTag);
  print("tag_String", c10::IValue::kStringTag);
  print("tag_GenericList", c10::IValue::kListTag);
  print("tag_Device", c10::IValue::kDeviceTag);
  print("tag_Generator", c10::IValue::kGeneratorTag);
}
