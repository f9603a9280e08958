// Process-wide state: random numbers, threads, modes, and what doctor asks.
#include "gatun_core.h"
#include "guard.h"

namespace at {
class Context {
 public:
  GATUN_WEAK static bool setFlushDenormal(bool on);
  GATUN_WEAK void setDeterministicAlgorithms(bool on, bool warn_only);
};
GATUN_WEAK Context &globalContext();
GATUN_WEAK void set_num_threads(int threads);
GATUN_WEAK int get_num_threads();
GATUN_WEAK std::string show_config();
GATUN_WEAK std::string get_parallel_info();
GATUN_WEAK std::string get_cpu_capability();

struct CPUGeneratorImpl {
  GATUN_WEAK void set_current_seed(uint64_t seed);
  GATUN_WEAK Tensor get_state() const;  // intrusive_ptr<TensorImpl>: one owning pointer, as Tensor is
  GATUN_WEAK void set_state(const c10::TensorImpl &state);
};

namespace detail {
GATUN_WEAK const Generator &getDefaultCPUGenerator();
GATUN_WEAK Generator createCPUGenerator(uint64_t seed);
}  // namespace detail
}  // namespace at

extern const gatun::OpEntry *const gatun_aten_tables[];

namespace {
at::CPUGeneratorImpl *default_generator() {
  return static_cast<at::CPUGeneratorImpl *>(at::detail::getDefaultCPUGenerator().impl_);
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_op_entry(int64_t *f) {
  int64_t index = f[0];
  f[0] = 0;
  for (const auto *const *table = gatun_aten_tables; *table != nullptr; table++) {
    for (const auto *entry = *table; entry->name != nullptr; entry++) {
      if (index-- == 0) {
        f[0] = reinterpret_cast<int64_t>(entry->name);
        f[1] = static_cast<int64_t>(std::strlen(entry->name));
        f[2] = entry->address != nullptr;
        return 0;
      }
    }
  }
  return 0;
}

GATUN_EXPORT int gatun_config(int64_t *f) {
  GATUN_GUARDED(&at::show_config, {
    const std::string text = f[0] == 0   ? at::show_config()
                             : f[0] == 1 ? at::get_parallel_info()
                                         : at::get_cpu_capability();
    auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
    std::memcpy(copy, text.c_str(), text.size() + 1);
    f[0] = reinterpret_cast<int64_t>(copy);
    f[1] = static_cast<int64_t>(text.size());
  })
}

GATUN_EXPORT int gatun_manual_seed(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { default_generator()->set_current_seed(static_cast<uint64_t>(f[0])); })
}

GATUN_EXPORT int gatun_get_rng_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator, {
    gatun::Result<at::Tensor> state([] { return default_generator()->get_state(); });
    state.move_to(f);
  })
}

GATUN_EXPORT int gatun_set_rng_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { default_generator()->set_state(*static_cast<c10::TensorImpl *>(gatun::impl_of(f[0]))); })
}

GATUN_EXPORT int gatun_new_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::createCPUGenerator, {
    // The reference that createCPUGenerator returns is given back by gatun_free_generator.
    gatun::Result<at::Generator> made([&] { return at::detail::createCPUGenerator(static_cast<uint64_t>(f[0])); });
    f[0] = *reinterpret_cast<int64_t *>(made.bytes);
  })
}

GATUN_EXPORT int gatun_seed_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { reinterpret_cast<at::CPUGeneratorImpl *>(f[0])->set_current_seed(static_cast<uint64_t>(f[1])); })
}

GATUN_EXPORT int gatun_get_num_threads(int64_t *f) {
  GATUN_GUARDED(&at::get_num_threads, { f[0] = at::get_num_threads(); })
}

GATUN_EXPORT int gatun_set_num_threads(int64_t *f) {
  GATUN_GUARDED(&at::set_num_threads, { at::set_num_threads(static_cast<int>(f[0])); })
}

GATUN_EXPORT int gatun_set_flush_denormal(int64_t *f) {
  GATUN_GUARDED(&at::Context::setFlushDenormal, { f[0] = at::Context::setFlushDenormal(f[0] != 0); })
}

GATUN_EXPORT int gatun_set_deterministic(int64_t *f) {
  GATUN_GUARDED(&at::globalContext, { at::globalContext().setDeterministicAlgorithms(f[0] != 0, false); })
}
}
