// Calls through the dispatcher, for ops that the generated wrappers do not know: those of custom operator libraries
// above all. Arguments and results are streams of 64-bit words, each value a kind and what belongs to it:
//   0 none | 1 tensor, its place among the handles | 2 double, bits | 3 integer | 4 bool | 5 string, its length, its
//   bytes padded to words | 6 device, packed | 7 generator, address | 8 list, type of its elements, count, the elements
// Results know two more: 9 new tensor, handle, and 10 a value that has no such form, with its C++ type's tag.
#include <sstream>

#include "dispatch_abi.h"
#include "gatun_core.h"
#include "guard.h"

namespace {
using Stack = std::vector<c10::IValue>;
enum Kind { kNone, kTensor, kDouble, kInt, kBool, kString, kDevice, kGenerator, kList, kNewTensor, kUnknown };
enum Element { kTensors, kOptionalTensors, kInts, kDoubles, kBools, kStrings, kNumbers, kDevices };

std::shared_ptr<void> element_type(int64_t element) {
  // A type that lives as long as the process is a pointer without an owner.
  const auto forever = [](void *type) { return std::shared_ptr<void>(std::shared_ptr<void>(), type); };
  switch (element) {
    case kTensors: return c10::TensorType::get();
    case kOptionalTensors: return c10::OptionalType::ofTensor();
    case kInts: return forever(c10::IntType::get());
    case kDoubles: return forever(c10::FloatType::get());
    case kBools: return forever(c10::BoolType::get());
    case kStrings: return forever(c10::StringType::get());
    case kNumbers: return forever(c10::NumberType::get());
    default: return forever(c10::DeviceObjType::get());
  }
}

c10::ListImpl *new_list(Stack &&values, int64_t element) {
  void *list = ::operator new(sizeof(c10::ListImpl));
  auto type = element_type(element);
  gatun_new_list_impl(list, &values, &type);
  return static_cast<c10::ListImpl *>(list);
}

// The values of a call. They are freed by libtorch itself: a list of its own takes them and is deleted.
struct Values {
  Stack stack;
  ~Values() {
    if (!stack.empty()) delete new_list(std::move(stack), kNumbers);
  }
};

struct Arguments {
  const int64_t *at;
  const int64_t *handles;

  c10::IValue next() {
    switch (*at++) {
      case kTensor: return c10::IValue{gatun::owned(handles[*at++]), c10::IValue::kTensorTag};
      case kDouble: return c10::IValue{*at++, c10::IValue::kDoubleTag};
      case kInt: return c10::IValue{*at++, c10::IValue::kIntTag};
      case kBool: return c10::IValue{*at++, c10::IValue::kBoolTag};
      case kString: return string();
      case kDevice: {
        const c10::Device device = gatun::device(*at++);
        c10::IValue value{0, c10::IValue::kDeviceTag};
        std::memcpy(&value.payload, &device, sizeof device);
        return value;
      }
      case kGenerator: {
        alignas(at::Generator) unsigned char copy[sizeof(at::Generator)];  // its reference goes to the value
        new (copy) at::Generator(reinterpret_cast<void *>(*at));
        return c10::IValue{*at++, c10::IValue::kGeneratorTag};
      }
      case kList: return list();
      default: return c10::IValue{0, c10::IValue::kNoneTag};
    }
  }

  c10::IValue string() {
    const auto length = static_cast<size_t>(*at++);
    std::string text(reinterpret_cast<const char *>(at), length);
    at += (length + 7) / 8;
    c10::IValue value;
    gatun_new_string_value(&value, &text);
    return value;
  }

  c10::IValue list() {
    const int64_t element = *at++;
    Values values;
    for (int64_t count = *at++; count > 0; count--) values.stack.push_back(next());
    c10::ListImpl *made = new_list(std::move(values.stack), element);
    made->strong = made->weak = 1;
    return c10::IValue{reinterpret_cast<int64_t>(made), c10::IValue::kListTag};
  }
};

struct ResultWords {
  const int64_t *handles;
  int64_t handle_count;
  std::vector<int64_t> words;

  void put(c10::IValue &value) {
    switch (value.tag) {
      case c10::IValue::kNoneTag: words.push_back(kNone); break;
      case c10::IValue::kTensorTag: tensor(value); break;
      case c10::IValue::kDoubleTag: words.insert(words.end(), {kDouble, value.payload}); break;
      case c10::IValue::kIntTag: words.insert(words.end(), {kInt, value.payload}); break;
      case c10::IValue::kBoolTag: words.insert(words.end(), {kBool, value.payload & 0xff}); break;
      case c10::IValue::kStringTag: string(reinterpret_cast<c10::ConstantString *>(value.payload)->text); break;
      case c10::IValue::kDeviceTag: {
        c10::Device device{};
        std::memcpy(&device, &value.payload, sizeof device);
        words.insert(words.end(), {kDevice, (int64_t{device.type} << 32) | (device.index & 0xffffffffLL)});
        break;
      }
      case c10::IValue::kListTag: {
        auto &items = reinterpret_cast<c10::ListImpl *>(value.payload)->values;
        words.insert(words.end(), {kList, 0, static_cast<int64_t>(items.size())});
        for (auto &item : items) put(item);
        break;
      }
      default: words.insert(words.end(), {kUnknown, value.tag});
    }
  }

  // A tensor that came in (an in-place op returns it) goes back as such; any other gets a handle of its own.
  void tensor(c10::IValue &value) {
    void *impl = reinterpret_cast<void *>(value.payload);
    for (int64_t i = 0; i < handle_count; i++) {
      if (handles[i] != 0 && gatun::impl_of(handles[i]) == impl) {
        words.insert(words.end(), {kTensor, i});
        return;
      }
    }
    if (impl == static_cast<void *>(&gatun_undefined_tensor)) {
      words.push_back(kNone);
    } else {
      words.insert(words.end(), {kNewTensor, gatun::new_handle(&value.payload)});
    }
  }

  void string(const std::string &text) {
    words.insert(words.end(), {kString, static_cast<int64_t>(text.size())});
    const size_t at = words.size();
    words.resize(at + (text.size() + 7) / 8);
    std::memcpy(words.data() + at, text.data(), text.size());
  }
};

void give(const std::string &text, int64_t *f) {
  auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  f[0] = reinterpret_cast<int64_t>(copy);
  f[1] = static_cast<int64_t>(text.size());
}
}  // namespace

namespace gatun {
int64_t owned(int64_t handle) {
  void *copy = nullptr;
  if (aoti_torch_new_tensor_handle(reinterpret_cast<void *>(handle), &copy) != 0) {
    throw std::runtime_error("aoti_torch_new_tensor_handle failed");
  }
  const int64_t impl = reinterpret_cast<int64_t>(*static_cast<void **>(copy));
  ::operator delete(copy);
  return impl;
}

int64_t new_handle(int64_t *payload) {
  const int64_t handle = take(reinterpret_cast<void **>(payload));
  *payload = reinterpret_cast<int64_t>(&gatun_undefined_tensor);
  return handle;
}
}  // namespace gatun

extern "C" {

GATUN_EXPORT int gatun_find_op(int64_t *f) {
  GATUN_GUARDED(&torch::jit::findOperatorFor, {
    const c10::OperatorName name{std::string(gatun::string(f)), std::string(gatun::string(f + 2))};
    gatun::Unowned<c10::OperatorHandle> found([&] {
      return c10::Dispatcher::realSingleton().findSchemaOrThrow(name.name.c_str(), name.overload_name.c_str());
    });
    // Never given back: an op stays registered as long as its library, which is never unloaded.
    const auto *op = new std::shared_ptr<torch::jit::Operator>(torch::jit::findOperatorFor(name));
    if (*op == nullptr || (*op)->handle.definition != found.get().definition) {
      throw std::runtime_error(name.name + " is known to the dispatcher, but cannot be called by name");
    }
    const std::string state = found.get().definition->dumpState();
    const size_t start = state.find("\nschema: ") + std::strlen("\nschema: ");
    f[2] = reinterpret_cast<int64_t>(op->get());
    give(state.substr(start, state.find('\n', start) - start), f);
  })
}

GATUN_EXPORT int gatun_call_op(int64_t *f) {
  GATUN_GUARDED(&gatun_new_list_impl, {
    Values values;
    Arguments arguments{reinterpret_cast<const int64_t *>(f[1]), reinterpret_cast<const int64_t *>(f[3])};
    const int64_t *end = arguments.at + f[2];
    while (arguments.at < end) values.stack.push_back(arguments.next());
    reinterpret_cast<torch::jit::Operator *>(f[0])->operation(values.stack);
    ResultWords results{reinterpret_cast<const int64_t *>(f[3]), f[4], {}};
    for (auto &value : values.stack) results.put(value);
    auto *copy = static_cast<int64_t *>(std::malloc(sizeof(int64_t) * (results.words.size() + 1)));
    std::memcpy(copy, results.words.data(), sizeof(int64_t) * results.words.size());
    f[0] = reinterpret_cast<int64_t>(copy);
    f[1] = static_cast<int64_t>(results.words.size());
  })
}

GATUN_EXPORT int gatun_op_names(int64_t *f) {
  GATUN_GUARDED(&c10::Dispatcher::realSingleton, {
    std::ostringstream names;
    for (const auto &name : c10::Dispatcher::realSingleton().getAllOpNames()) {
      names << name.name << (name.overload_name.empty() ? "" : ".") << name.overload_name << '\n';
    }
    give(names.str(), f);
  })
}
}
