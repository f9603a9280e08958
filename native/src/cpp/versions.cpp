// Tells autograd of changes that other code than libtorch's ops made.
#include "gatun_core.h"
#include "guard.h"

namespace torch::autograd::impl {
GATUN_WEAK void bump_version(const at::Tensor &variable);
}

extern "C" GATUN_EXPORT int gatun_increment_versions(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::impl::bump_version, {
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    for (int64_t i = 0; i < f[1]; i++) {
      torch::autograd::impl::bump_version(*reinterpret_cast<const at::Tensor *>(handles[i]));
    }
  })
}
