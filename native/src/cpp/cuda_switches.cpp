// libtorch's switches for CUDA, which a libtorch without CUDA has too.
#include "gatun_core.h"
#include "guard.h"

namespace at {
enum class Float32Backend { kGeneric, kCuda };
enum class Float32Op { kAll, kConv, kRnn, kMatmul };
// The last is that of cuDNN's ops before somebody sets it, in some versions: TF32.
enum class Float32Precision { kNone, kIeee, kTf32, kBf16, kDefault };

class Context {
 public:
  GATUN_WEAK Float32Precision float32Precision(Float32Backend backend, Float32Op op) const;
  GATUN_WEAK void setFloat32Precision(Float32Backend backend, Float32Op op, Float32Precision precision);
  GATUN_WEAK bool benchmarkCuDNN() const;
  GATUN_WEAK void setBenchmarkCuDNN(bool on);
  GATUN_WEAK bool userEnabledFlashSDP() const;
  GATUN_WEAK void setSDPUseFlash(bool on);
  GATUN_WEAK bool userEnabledMemEfficientSDP() const;
  GATUN_WEAK void setSDPUseMemEfficient(bool on);
  GATUN_WEAK bool userEnabledMathSDP() const;
  GATUN_WEAK void setSDPUseMath(bool on);
  GATUN_WEAK bool userEnabledCuDNNSDP() const;
  GATUN_WEAK void setSDPUseCuDNN(bool on);
};
GATUN_WEAK Context &globalContext();
}  // namespace at

namespace {
bool is_tf32(at::Float32Op op) {
  const auto precision = at::globalContext().float32Precision(at::Float32Backend::kCuda, op);
  return precision == at::Float32Precision::kTf32 || precision == at::Float32Precision::kDefault;
}

void set_tf32(at::Float32Op op, bool on) {
  at::globalContext().setFloat32Precision(at::Float32Backend::kCuda, op,
                                          on ? at::Float32Precision::kTf32 : at::Float32Precision::kIeee);
}

std::out_of_range no_such_switch() { return std::out_of_range("a switch for CUDA that the shim does not know"); }
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_cuda_switch(int64_t *f) {
  GATUN_GUARDED(&at::globalContext, {
    const auto &context = at::globalContext();
    switch (f[0]) {
      case 0: f[0] = is_tf32(at::Float32Op::kMatmul); break;
      case 1: f[0] = is_tf32(at::Float32Op::kConv) && is_tf32(at::Float32Op::kRnn); break;
      case 2: f[0] = context.benchmarkCuDNN(); break;
      case 3: f[0] = context.userEnabledFlashSDP(); break;
      case 4: f[0] = context.userEnabledMemEfficientSDP(); break;
      case 5: f[0] = context.userEnabledMathSDP(); break;
      case 6: f[0] = context.userEnabledCuDNNSDP(); break;
      default: throw no_such_switch();
    }
  })
}

GATUN_EXPORT int gatun_set_cuda_switch(int64_t *f) {
  GATUN_GUARDED(&at::globalContext, {
    auto &context = at::globalContext();
    const bool on = f[1] != 0;
    switch (f[0]) {
      case 0: set_tf32(at::Float32Op::kMatmul, on); break;
      case 1:
        set_tf32(at::Float32Op::kConv, on);
        set_tf32(at::Float32Op::kRnn, on);
        break;
      case 2: context.setBenchmarkCuDNN(on); break;
      case 3: context.setSDPUseFlash(on); break;
      case 4: context.setSDPUseMemEfficient(on); break;
      case 5: context.setSDPUseMath(on); break;
      case 6: context.setSDPUseCuDNN(on); break;
      default: throw no_such_switch();
    }
  })
}
}
