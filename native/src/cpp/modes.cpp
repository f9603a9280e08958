// Modes of a thread (inference, autocast, denormals) and of the process (default dtype, determinism, threads).
#include <limits>

#include "gatun_core.h"
#include "guard.h"

namespace caffe2 {
struct TypeMeta {
  uint16_t index;  // of a scalar type: its number
};
}  // namespace caffe2

namespace c10 {
enum class DispatchKey : uint16_t {};
struct AutogradState {
  GATUN_WEAK static AutogradState &get_tls_state();
};
struct InferenceMode {
  GATUN_WEAK static bool is_enabled();
};
namespace impl {
GATUN_WEAK bool tls_is_dispatch_key_included(DispatchKey key);
GATUN_WEAK bool tls_is_dispatch_key_excluded(DispatchKey key);
GATUN_WEAK void tls_set_dispatch_key_included(DispatchKey key, bool included);
GATUN_WEAK void tls_set_dispatch_key_excluded(DispatchKey key, bool excluded);
}  // namespace impl
GATUN_WEAK DispatchKey parseDispatchKey(const std::string &name);
GATUN_WEAK ScalarType get_default_dtype_as_scalartype();
GATUN_WEAK void set_default_dtype(caffe2::TypeMeta dtype);
}  // namespace c10

namespace at {
class Context {
 public:
  GATUN_WEAK bool deterministicAlgorithms() const;
  GATUN_WEAK bool deterministicAlgorithmsWarnOnly() const;
  GATUN_WEAK void setDeterministicAlgorithms(bool on, bool warn_only);
};
GATUN_WEAK Context &globalContext();
GATUN_WEAK int get_num_interop_threads();
GATUN_WEAK void set_num_interop_threads(int threads);

namespace autocast {
GATUN_WEAK bool is_autocast_enabled(c10::DeviceType device);
GATUN_WEAK void set_autocast_enabled(c10::DeviceType device, bool enabled);
GATUN_WEAK c10::ScalarType get_autocast_dtype(c10::DeviceType device);
GATUN_WEAK void set_autocast_dtype(c10::DeviceType device, c10::ScalarType dtype);
GATUN_WEAK bool is_autocast_cache_enabled();
GATUN_WEAK void set_autocast_cache_enabled(bool enabled);
GATUN_WEAK int increment_nesting();
GATUN_WEAK int decrement_nesting();
GATUN_WEAK void clear_cache();
}  // namespace autocast
}  // namespace at

namespace {
// libtorch's InferenceMode is inline code over this state. Its flags are one byte, bit 0 grad mode, bit 1 inference mode,
// 2 forward-mode gradients, 3 threads for backward; what lies before them differs between versions, so the byte is found
// by switching grad mode, and the inference bit is checked with libtorch's own question.
constexpr size_t kStateBytes = 32;
constexpr unsigned char kGrad = 1, kInference = 2, kForward = 4, kThreads = 8;

size_t find_flags(unsigned char *state) {
  const bool grad = c10::GradMode::is_enabled();
  unsigned char off[kStateBytes], on[kStateBytes];
  c10::GradMode::set_enabled(false);
  std::memcpy(off, state, sizeof off);
  c10::GradMode::set_enabled(true);
  std::memcpy(on, state, sizeof on);
  c10::GradMode::set_enabled(grad);
  for (size_t i = 0; i < sizeof off; i++) {
    if ((on[i] ^ off[i]) != kGrad) continue;
    state[i] ^= kInference;
    const bool changed = c10::InferenceMode::is_enabled() == ((state[i] & kInference) != 0);
    state[i] ^= kInference;
    if (changed && c10::InferenceMode::is_enabled() == ((state[i] & kInference) != 0)) return i;
  }
  throw std::runtime_error("inference mode: the loaded libtorch keeps it in a way that this Gatun does not know");
}

unsigned char &flags() {
  auto *state = reinterpret_cast<unsigned char *>(&c10::AutogradState::get_tls_state());
  static const size_t offset = find_flags(state);
  return state[offset];
}

const c10::DispatchKey *keys() {
  static const c10::DispatchKey found[] = {
      c10::parseDispatchKey("ADInplaceOrView"), c10::parseDispatchKey("AutogradFunctionality"),
      c10::parseDispatchKey("AutogradOther"), c10::parseDispatchKey("AutogradNestedTensor")};
  return found;
}

c10::DeviceType device_type(int64_t slot) { return static_cast<c10::DeviceType>(slot); }
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_inference_mode(int64_t *f) {
  GATUN_GUARDED(&c10::InferenceMode::is_enabled, { f[0] = c10::InferenceMode::is_enabled(); })
}

GATUN_EXPORT int gatun_enter_inference_mode(int64_t *f) {
  GATUN_GUARDED(&c10::AutogradState::get_tls_state, {
    const bool enabled = f[0] != 0;
    unsigned char &state = flags();
    const unsigned char before = state;
    int64_t dispatch = c10::impl::tls_is_dispatch_key_included(keys()[0]);
    for (int i = 1; i < 4; i++) dispatch |= int64_t{c10::impl::tls_is_dispatch_key_excluded(keys()[i])} << i;
    state = enabled ? (state & ~(kGrad | kForward | kThreads)) | kInference
                    : (state & ~kInference) | kGrad | kForward | kThreads;
    c10::impl::tls_set_dispatch_key_included(keys()[0], !enabled);
    for (int i = 1; i < 4; i++) c10::impl::tls_set_dispatch_key_excluded(keys()[i], enabled);
    f[0] = before;
    f[1] = dispatch;
  })
}

GATUN_EXPORT int gatun_restore_inference_mode(int64_t *f) {
  GATUN_GUARDED(&c10::AutogradState::get_tls_state, {
    flags() = static_cast<unsigned char>(f[0]);
    c10::impl::tls_set_dispatch_key_included(keys()[0], (f[1] & 1) != 0);
    for (int i = 1; i < 4; i++) c10::impl::tls_set_dispatch_key_excluded(keys()[i], (f[1] >> i & 1) != 0);
  })
}

GATUN_EXPORT int gatun_autocast(int64_t *f) {
  GATUN_GUARDED(&at::autocast::is_autocast_enabled, {
    const auto device = device_type(f[0]);
    f[0] = at::autocast::is_autocast_enabled(device);
    f[1] = static_cast<int64_t>(at::autocast::get_autocast_dtype(device));
    f[2] = at::autocast::is_autocast_cache_enabled();
  })
}

GATUN_EXPORT int gatun_set_autocast(int64_t *f) {
  GATUN_GUARDED(&at::autocast::set_autocast_enabled, {
    const auto device = device_type(f[0]);
    at::autocast::set_autocast_enabled(device, f[1] != 0);
    at::autocast::set_autocast_dtype(device, static_cast<c10::ScalarType>(f[2]));
    at::autocast::set_autocast_cache_enabled(f[3] != 0);
    if (f[4] > 0) {
      at::autocast::increment_nesting();
    } else if (at::autocast::decrement_nesting() == 0) {
      at::autocast::clear_cache();
    }
  })
}

GATUN_EXPORT int gatun_default_dtype(int64_t *f) {
  GATUN_GUARDED(&c10::get_default_dtype_as_scalartype,
                { f[0] = static_cast<int64_t>(c10::get_default_dtype_as_scalartype()); })
}

GATUN_EXPORT int gatun_set_default_dtype(int64_t *f) {
  GATUN_GUARDED(&c10::set_default_dtype, { c10::set_default_dtype({static_cast<uint16_t>(f[0])}); })
}

GATUN_EXPORT int gatun_flush_denormal(int64_t *f) {
  // libtorch has no such question: ask the processor.
  volatile float smallest = std::numeric_limits<float>::min();
  f[0] = smallest * 0.5f == 0.0f;
  return 0;
}

GATUN_EXPORT int gatun_deterministic(int64_t *f) {
  GATUN_GUARDED(&at::globalContext, {
    const auto &context = at::globalContext();
    f[0] = !context.deterministicAlgorithms() ? 0 : context.deterministicAlgorithmsWarnOnly() ? 2 : 1;
  })
}

GATUN_EXPORT int gatun_set_deterministic(int64_t *f) {
  GATUN_GUARDED(&at::globalContext, { at::globalContext().setDeterministicAlgorithms(f[0] != 0, f[0] == 2); })
}

GATUN_EXPORT int gatun_get_num_interop_threads(int64_t *f) {
  GATUN_GUARDED(&at::get_num_interop_threads, { f[0] = at::get_num_interop_threads(); })
}

GATUN_EXPORT int gatun_set_num_interop_threads(int64_t *f) {
  GATUN_GUARDED(&at::set_num_interop_threads, { at::set_num_interop_threads(static_cast<int>(f[0])); })
}
}
