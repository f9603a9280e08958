// Which tensors share memory, on any device.
#include "gatun_core.h"
#include "guard.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_get_layout(void *handle, int32_t *layout);
GATUN_WEAK int32_t aoti_torch_get_device_type(void *handle, int32_t *type);
GATUN_WEAK int32_t aoti_torch_get_storage_size(void *handle, int64_t *bytes);
}

namespace {
constexpr int32_t kStrided = 0, kMeta = 14;
// Where a TensorImpl holds its storage: behind vtable pointer and counts (see storage.h).
constexpr size_t kStorage = 2;
}  // namespace

extern "C" GATUN_EXPORT int gatun_tensor_storage(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_storage_size, {
    void *handle = reinterpret_cast<void *>(f[0]);
    int32_t layout = 0, type = 0;
    int64_t bytes = 0;
    f[0] = f[1] = 0;
    if (aoti_torch_get_layout(handle, &layout) != 0 || aoti_torch_get_device_type(handle, &type) != 0) return 0;
    if (layout != kStrided || type == kMeta || aoti_torch_get_storage_size(handle, &bytes) != 0) return 0;
    f[0] = (*static_cast<int64_t **>(handle))[kStorage];
    f[1] = bytes;
  })
}
