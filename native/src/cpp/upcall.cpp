// The door to Java.
#include "upcall.h"

#include "gatun_core.h"

namespace gatun {
namespace {
int64_t nobody(Upcall, int64_t, int64_t *) { return -1; }
}  // namespace
JavaEntry java_entry = nobody;
}  // namespace gatun

extern "C" GATUN_EXPORT int gatun_set_upcall(int64_t *f) {
  gatun::java_entry = reinterpret_cast<gatun::JavaEntry>(f[0]);
  // libtorch's own objects die after this, when Java is gone.
  std::atexit([] { gatun::java_entry = gatun::nobody; });
  return 0;
}
