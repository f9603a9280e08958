// Gradients: the flag, the .grad field, grad mode, and torch.autograd.grad.
#include "gatun_core.h"
#include "guard.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_delete_tensor_object(void *handle);
GATUN_WEAK int32_t aoti_torch_new_tensor_handle(void *handle, void **copy);
}

namespace at {
struct TensorBase {
  GATUN_WEAK const TensorBase &requires_grad_(bool requires_grad) const;
  GATUN_WEAK bool is_leaf() const;
};
}  // namespace at

namespace torch::autograd {
using Tensors = std::vector<at::Tensor>;
GATUN_WEAK Tensors grad(const Tensors &outputs, const Tensors &inputs, const Tensors &grad_outputs,
                        std::optional<bool> retain_graph, bool create_graph, bool allow_unused);
}  // namespace torch::autograd

namespace {
using gatun::impl_of;

const at::TensorBase &base(int64_t handle) { return *reinterpret_cast<at::TensorBase *>(handle); }

// A std::vector<at::Tensor> that borrows its tensors: the same three pointers, no reference counted.
struct Borrowed {
  std::vector<void *> impls;
  Borrowed(int64_t handles, int64_t count, void *absent) {
    for (int64_t i = 0; i < count; i++) {
      const int64_t handle = handles ? reinterpret_cast<int64_t *>(handles)[i] : 0;
      impls.push_back(handle ? impl_of(handle) : absent);
    }
  }
  operator const torch::autograd::Tensors &() const {
    return reinterpret_cast<const torch::autograd::Tensors &>(impls);
  }
};
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_set_requires_grad(int64_t *f) {
  GATUN_GUARDED(aoti_torch_delete_tensor_object, { base(f[0]).requires_grad_(f[1] != 0); })
}

GATUN_EXPORT int gatun_is_leaf(int64_t *f) {
  GATUN_GUARDED(aoti_torch_delete_tensor_object, { f[0] = base(f[0]).is_leaf(); })
}

GATUN_EXPORT int gatun_get_grad(int64_t *f) {
  GATUN_GUARDED(aoti_torch_new_tensor_handle, {
    void *lent = static_cast<c10::TensorImpl *>(impl_of(f[0]))->mutable_grad();
    f[0] = 0;
    if (*static_cast<void **>(lent) != &gatun_undefined_tensor) {
      void *copy = nullptr;
      if (aoti_torch_new_tensor_handle(lent, &copy) != 0) throw std::runtime_error("cannot copy a tensor handle");
      f[0] = reinterpret_cast<int64_t>(copy);
    }
  })
}

GATUN_EXPORT int gatun_set_grad(int64_t *f) {
  GATUN_GUARDED(aoti_torch_new_tensor_handle, {
    auto **field = static_cast<void **>(static_cast<c10::TensorImpl *>(impl_of(f[0]))->mutable_grad());
    // A handle of the new gradient changes places with the field; deleting the handle then drops the old one.
    void *absent = &gatun_undefined_tensor;
    void *source = f[1] ? reinterpret_cast<void *>(f[1]) : &absent;
    void *copy = nullptr;
    if (aoti_torch_new_tensor_handle(source, &copy) != 0) throw std::runtime_error("cannot copy a tensor handle");
    std::swap(*field, *static_cast<void **>(copy));
    aoti_torch_delete_tensor_object(copy);
  })
}

GATUN_EXPORT int gatun_grad_mode(int64_t *f) {
  GATUN_GUARDED(&c10::GradMode::is_enabled, { f[0] = c10::GradMode::is_enabled(); })
}

GATUN_EXPORT int gatun_set_grad_mode(int64_t *f) {
  GATUN_GUARDED(&c10::GradMode::set_enabled, { c10::GradMode::set_enabled(f[0] != 0); })
}

GATUN_EXPORT int gatun_autograd_grad(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::grad, {
    void *absent = &gatun_undefined_tensor;
    Borrowed outputs(f[0], f[1], absent), inputs(f[2], f[3], absent);
    Borrowed gradients(f[4], f[4] ? f[1] : 0, absent);
    gatun::Result<torch::autograd::Tensors> result([&] {
      return torch::autograd::grad(outputs, inputs, gradients, f[5] != 0, f[6] != 0, f[7] != 0);
    });
    result.move_to(f);
  })
}
}
