// Process-wide state: threads, and what doctor asks.
#include "gatun_core.h"
#include "guard.h"

namespace at {
class Context {
 public:
  GATUN_WEAK static bool setFlushDenormal(bool on);
};
GATUN_WEAK void set_num_threads(int threads);
GATUN_WEAK int get_num_threads();
GATUN_WEAK std::string show_config();
GATUN_WEAK std::string get_parallel_info();
GATUN_WEAK std::string get_cpu_capability();
}  // namespace at

extern const gatun::OpEntry *const gatun_aten_tables[];

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

GATUN_EXPORT int gatun_get_num_threads(int64_t *f) {
  GATUN_GUARDED(&at::get_num_threads, { f[0] = at::get_num_threads(); })
}

GATUN_EXPORT int gatun_set_num_threads(int64_t *f) {
  GATUN_GUARDED(&at::set_num_threads, { at::set_num_threads(static_cast<int>(f[0])); })
}

GATUN_EXPORT int gatun_set_flush_denormal(int64_t *f) {
  GATUN_GUARDED(&at::Context::setFlushDenormal, { f[0] = at::Context::setFlushDenormal(f[0] != 0); })
}
}
