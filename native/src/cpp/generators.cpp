// Sources of random numbers: the default one, and those that Java owns.
#include "gatun_core.h"
#include "guard.h"

// A generator's implementation. The destructors come first in the table of virtual functions; deleting through it frees the
// generator. What get_state returns is an intrusive_ptr<TensorImpl>: one owning pointer, as Tensor is.
#define GATUN_GENERATOR_IMPL(NAME)                                \
  struct NAME {                                                   \
    virtual ~NAME();                                              \
    GATUN_WEAK void set_current_seed(uint64_t seed);              \
    GATUN_WEAK uint64_t current_seed() const;                     \
    GATUN_WEAK uint64_t seed();                                   \
    GATUN_WEAK Tensor get_state() const;                          \
    GATUN_WEAK void set_state(const c10::TensorImpl &state);      \
    GATUN_WEAK NAME *clone_impl() const;                          \
  }

namespace at {
GATUN_GENERATOR_IMPL(CPUGeneratorImpl);
GATUN_GENERATOR_IMPL(CUDAGeneratorImpl);

namespace detail {
GATUN_WEAK const Generator &getDefaultCPUGenerator();
GATUN_WEAK Generator createCPUGenerator(uint64_t seed);
}  // namespace detail
namespace cuda::detail {
GATUN_WEAK const Generator &getDefaultCUDAGenerator(int8_t device);
GATUN_WEAK Generator createCUDAGenerator(int8_t device);
}  // namespace cuda::detail
}  // namespace at

namespace {
constexpr int64_t kCuda = 1;

// Calls `call` with the generator in slot 0, as what the type of its device in slot 2 says it is.
template <class Call>
auto with_generator(const int64_t *f, Call call) {
  return f[2] == kCuda ? call(reinterpret_cast<at::CUDAGeneratorImpl *>(f[0]))
                       : call(reinterpret_cast<at::CPUGeneratorImpl *>(f[0]));
}

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

GATUN_EXPORT int gatun_cuda_default_generator(int64_t *f) {
  GATUN_GUARDED(&at::cuda::detail::getDefaultCUDAGenerator, {
    f[0] = reinterpret_cast<int64_t>(at::cuda::detail::getDefaultCUDAGenerator(static_cast<int8_t>(f[0])).impl_);
  })
}

GATUN_EXPORT int gatun_cuda_new_generator(int64_t *f) {
  GATUN_GUARDED(&at::cuda::detail::createCUDAGenerator, {
    gatun::Result<at::Generator> made([&] { return at::cuda::detail::createCUDAGenerator(static_cast<int8_t>(f[1])); });
    auto *impl = *reinterpret_cast<at::CUDAGeneratorImpl **>(made.bytes);
    impl->set_current_seed(static_cast<uint64_t>(f[0]));
    f[0] = reinterpret_cast<int64_t>(impl);
  })
}

GATUN_EXPORT int gatun_seed_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { with_generator(f, [&](auto *impl) { impl->set_current_seed(static_cast<uint64_t>(f[1])); }); })
}

GATUN_EXPORT int gatun_free_generator(int64_t *f) {
  if (add_reference(f[0], -1) == 0) delete reinterpret_cast<at::CPUGeneratorImpl *>(f[0]);
  return 0;
}

GATUN_EXPORT int gatun_clone_generator(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator, {
    // A new object counts no reference, and one weak reference for all strong ones: see c10::intrusive_ptr.
    f[0] = with_generator(f, [](auto *impl) { return reinterpret_cast<int64_t>(impl->clone_impl()); });
    auto *counts = reinterpret_cast<int32_t *>(f[0]) + 2;
    counts[0] = 1;
    counts[1] = 1;
  })
}

GATUN_EXPORT int gatun_generator_initial_seed(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { f[0] = with_generator(f, [](auto *impl) { return static_cast<int64_t>(impl->current_seed()); }); })
}

GATUN_EXPORT int gatun_generator_seed(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { f[0] = with_generator(f, [](auto *impl) { return static_cast<int64_t>(impl->seed()); }); })
}

GATUN_EXPORT int gatun_generator_get_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator, {
    gatun::Result<at::Tensor> state([&] { return with_generator(f, [](auto *impl) { return impl->get_state(); }); });
    state.move_to(f);
  })
}

GATUN_EXPORT int gatun_generator_set_state(int64_t *f) {
  GATUN_GUARDED(&at::detail::getDefaultCPUGenerator,
                { with_generator(f, [&](auto *impl) { impl->set_state(*static_cast<c10::TensorImpl *>(gatun::impl_of(f[1]))); }); })
}
}
