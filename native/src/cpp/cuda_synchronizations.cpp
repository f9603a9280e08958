// libtorch's own watch over ops that make the host wait for a GPU: it warns or throws, and warnings can be counted.
#include "gatun_core.h"
#include "guard.h"

// c10::cuda::warning_state()::warning_state_, one enum, by its mangled name: a local of an inline function.
extern "C" GATUN_WEAK int32_t gatun_cuda_warning_state __asm__("_ZZN3c104cuda13warning_stateEvE14warning_state_");

namespace c10 {
struct Warning {
  GATUN_WEAK const std::string &msg() const;
};

class WarningHandler {
 public:
  virtual ~WarningHandler() = default;
  virtual void process(const Warning &warning) = 0;
};

namespace WarningUtils {
GATUN_WEAK WarningHandler *get_warning_handler() noexcept(true);
GATUN_WEAK void set_warning_handler(WarningHandler *handler) noexcept(true);
}  // namespace WarningUtils
}  // namespace c10

namespace {
// Warnings belong to a thread; autograd hands over those of its own threads when a backward pass is over.
class SyncCounter final : public c10::WarningHandler {
 public:
  SyncCounter() : before_(c10::WarningUtils::get_warning_handler()) { c10::WarningUtils::set_warning_handler(this); }
  ~SyncCounter() override { c10::WarningUtils::set_warning_handler(before_); }

  void process(const c10::Warning &warning) override {
    if (warning.msg().find("called a synchronizing CUDA operation") != std::string::npos) {
      count_++;
    } else {
      before_->process(warning);
    }
  }
  int64_t count() const { return count_; }

 private:
  c10::WarningHandler *before_;
  int64_t count_ = 0;
};

SyncCounter *counter(int64_t slot) { return reinterpret_cast<SyncCounter *>(slot); }
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_cuda_sync_debug_mode(int64_t *f) {
  GATUN_GUARDED(&gatun_cuda_warning_state, {
    const int32_t before = gatun_cuda_warning_state;
    if (f[0] >= 0) gatun_cuda_warning_state = static_cast<int32_t>(f[0]);
    f[0] = before;
  })
}

GATUN_EXPORT int gatun_sync_counter(int64_t *f) {
  GATUN_GUARDED(&c10::WarningUtils::set_warning_handler, { f[0] = reinterpret_cast<int64_t>(new SyncCounter()); })
}

GATUN_EXPORT int gatun_sync_count(int64_t *f) {
  f[0] = counter(f[0])->count();
  return 0;
}

GATUN_EXPORT int gatun_sync_counter_free(int64_t *f) {
  delete counter(f[0]);
  return 0;
}
}
