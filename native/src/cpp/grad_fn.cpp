// The name of the function that made a tensor.
#include <cxxabi.h>

#include <typeinfo>

#include "gatun_core.h"
#include "guard.h"

extern "C" GATUN_WEAK int32_t aoti_torch_new_tensor_handle(void *handle, void **copy);

namespace torch::autograd {
struct Node {
  virtual ~Node();
};
}  // namespace torch::autograd

namespace at {
struct TensorBase {
  GATUN_WEAK const std::shared_ptr<torch::autograd::Node> &grad_fn() const;
};
}  // namespace at

extern "C" GATUN_EXPORT int gatun_grad_fn_name(int64_t *f) {
  GATUN_GUARDED(aoti_torch_new_tensor_handle, {
    const auto &node = reinterpret_cast<at::TensorBase *>(f[0])->grad_fn();
    f[0] = 0;
    f[1] = 0;
    if (node == nullptr) return 0;
    const torch::autograd::Node &function = *node;
    int status = 0;
    char *name = abi::__cxa_demangle(typeid(function).name(), nullptr, nullptr, &status);
    if (status != 0) throw std::runtime_error("the type of a grad_fn has no name");
    f[0] = reinterpret_cast<int64_t>(name);
    f[1] = static_cast<int64_t>(std::strlen(name));
  })
}
