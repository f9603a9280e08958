// What the interop benchmarks compare Java with: the same ops in a C++ loop without any Java, plain memcpy, and calls
// back into Java. Built like the shim, and only loaded by the benchmarks.
#include <cstring>

#include "ops.h"

namespace {
template <class Op>
void loop(int64_t *f) {
  for (int64_t i = 0; i < f[3]; i++) {
    // Unguarded, and the result freed at once: nothing that calls these ops can do less.
    gatun::Result<at::Tensor> result([&] { return Op::call(gatun::tensor(f[1]), gatun::tensor(f[2])); });
    int64_t handle;
    result.move_to(&handle);
    aoti_torch_delete_tensor_object(reinterpret_cast<void *>(handle));
  }
}
}  // namespace

// The benchmarks' ops are in every libtorch, so these may stand in for the shim's error handling.
namespace gatun {
int failed() { return 1; }
int missing(const char *) { return 1; }
}  // namespace gatun

extern "C" {
/* [0] 0 mul, 1 mm; [1], [2] handles of the operands; [3] how often */
GATUN_EXPORT int gatun_bench_loop(int64_t *f) {
  GATUN_GUARDED(&at::_ops::mm::call, {
    if (f[0] == 0) {
      loop<at::_ops::mul_Tensor>(f);
    } else {
      loop<at::_ops::mm>(f);
    }
  })
}

/* [0] target, [1] source, [2] bytes */
GATUN_EXPORT int gatun_bench_copy(int64_t *f) {
  std::memcpy(reinterpret_cast<void *>(f[0]), reinterpret_cast<void *>(f[1]), static_cast<size_t>(f[2]));
  return 0;
}

/* [0] an int64_t (*)(int64_t), [1] how often to call it */
GATUN_EXPORT int gatun_bench_upcall(int64_t *f) {
  auto *function = reinterpret_cast<int64_t (*)(int64_t)>(f[0]);
  int64_t sum = 0;
  for (int64_t i = 0; i < f[1]; i++) sum += function(i);
  f[0] = sum;
  return 0;
}

/* nothing: the cost of a call itself */
GATUN_EXPORT int gatun_bench_nothing(int64_t *) { return 0; }
}
