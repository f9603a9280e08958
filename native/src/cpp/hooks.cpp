// Hooks on tensors: libtorch holds them with the graph, and Java's side is released when the graph dies.
#include "gatun_core.h"
#include "guard.h"
#include "upcall.h"

namespace at {
// One owning pointer, as at::Tensor is.
struct TensorBase {
  explicit TensorBase(void *owned) : impl(owned) {}
  TensorBase(const TensorBase &);
  ~TensorBase();
  void *impl;
  GATUN_WEAK unsigned int _register_hook(std::function<TensorBase(const TensorBase &)> hook) const;
};
}  // namespace at

namespace torch::autograd {
// Only the order of its virtual functions matters: libtorch deletes and calls it through them.
struct PostAccumulateGradHook {
  virtual ~PostAccumulateGradHook() = default;
  virtual void operator()(const at::Tensor &leaf) = 0;
  virtual void compiled_args(void *) const { throw std::runtime_error("no compiled autograd for hooks in Java"); }
  virtual void apply_with_saved(void *, void *) { compiled_args(nullptr); }
};

namespace impl {
GATUN_WEAK std::unique_ptr<PostAccumulateGradHook> &post_acc_grad_hooks(const at::Tensor &leaf);
GATUN_WEAK void set_post_acc_grad_hooks(const at::TensorBase &leaf, std::unique_ptr<PostAccumulateGradHook> hook);
}
}  // namespace torch::autograd

namespace {
using gatun::JavaObject;
using gatun::Upcall;

struct PostHook final : torch::autograd::PostAccumulateGradHook {
  explicit PostHook(int64_t number) : java(number) {}
  void operator()(const at::Tensor &leaf) override {
    int64_t arguments[] = {gatun::new_handle(&leaf)};
    gatun::call_java(Upcall::post_accumulate, java.number, arguments);
  }
  JavaObject java;
};
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_register_hook(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::impl::set_post_acc_grad_hooks, {
    // Not make_shared, whose tag would be an exported symbol.
    std::shared_ptr<JavaObject> java(new JavaObject(f[1]));
    const auto *tensor = reinterpret_cast<at::TensorBase *>(f[0]);
    tensor->_register_hook([java](const at::TensorBase &gradient) -> at::TensorBase {
      int64_t arguments[] = {gatun::new_handle(&gradient)};
      gatun::call_java(Upcall::tensor_hook, java->number, arguments);
      return at::TensorBase(gatun::reference_of(arguments[0]));
    });
  })
}

GATUN_EXPORT int gatun_post_accumulate_hook(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::impl::set_post_acc_grad_hooks, {
    namespace impl = torch::autograd::impl;
    auto hook = std::make_unique<PostHook>(f[1]);
    // A tensor has one place for such a hook: a second registration joins the list that Java made for the first.
    auto *present = impl::post_acc_grad_hooks(gatun::as_tensor(f[0])).get();
    if (present != nullptr && *reinterpret_cast<void **>(present) == *reinterpret_cast<void **>(hook.get())) {
      f[0] = static_cast<PostHook *>(present)->java.number;
      return 0;
    }
    impl::set_post_acc_grad_hooks(*reinterpret_cast<at::TensorBase *>(f[0]), std::move(hook));
    f[0] = f[1];
  })
}
}
