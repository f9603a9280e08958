// Sources of random numbers: the default one, and those that Java owns.
#include "gatun_core.h"
#include "guard.h"

namespace at {
// The destructors come first in the table of virtual functions; deleting through it frees the generator.
struct CPUGeneratorImpl {
  virtual ~CPUGeneratorImpl();
  GATUN_WEAK void set_current_seed(uint64_t seed);
  GATUN_WEAK uint64_t current_seed() const;
  GATUN_WEAK uint64_t seed();
  GATUN_WEAK Tensor get_state() const;  // intrusive_ptr<TensorImpl>: one owning pointer, as Tensor is
  GATUN_WEAK void set_state(const c10::TensorImpl &state);
  GATUN_WEAK CPUGeneratorImpl *clone_impl() const;
};
namespace detail {
GATUN_WEAK const Generator &getDefaultCPUGenerator();
GATUN_WEAK Generator createCPUGenerator(uint64_t seed);
}
}  // namespace at

namespace {
at::CPUGeneratorImpl *generator(int64_t slot) { return reinterpret_cast<at::CPUGeneratorImpl *>(slot); }

// See at::Generator: the 32-bit count behind the vtable pointer.
int32_t add_reference(int64_t impl, int32_t change) {
  return __atomic_add_fetch(reinterpret_cast<int32_t *>(impl) + 2, change, __ATOMIC_ACQ_REL);
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_default_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { f[0] = reinterpret_cast<int64_t>(at::detail::getDefaultCPUGenerator().impl_); })
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
                { generator(f[0])->at::CPUGeneratorImpl::set_current_seed(static_cast<uint64_t>(f[1])); })
}

GATUN_EXPORT int gatun_free_generator(int64_t *f) {
  if (add_reference(f[0], -1) == 0) delete generator(f[0]);
  return 0;
}

GATUN_EXPORT int gatun_clone_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator, {
    // A new object counts no reference, and one weak reference for all strong ones: see c10::intrusive_ptr.
    auto *copy = generator(f[0])->clone_impl();
    f[0] = reinterpret_cast<int64_t>(copy);
    auto *counts = reinterpret_cast<int32_t *>(copy) + 2;
    counts[0] = 1;
    counts[1] = 1;
  })
}

GATUN_EXPORT int gatun_generator_initial_seed(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { f[0] = static_cast<int64_t>(generator(f[0])->at::CPUGeneratorImpl::current_seed()); })
}

GATUN_EXPORT int gatun_generator_seed(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { f[0] = static_cast<int64_t>(generator(f[0])->at::CPUGeneratorImpl::seed()); })
}

GATUN_EXPORT int gatun_generator_get_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator, {
    gatun::Result<at::Tensor> state([&] { return generator(f[0])->get_state(); });
    state.move_to(f);
  })
}

GATUN_EXPORT int gatun_generator_set_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { generator(f[0])->set_state(*static_cast<c10::TensorImpl *>(gatun::impl_of(f[1]))); })
}
}
