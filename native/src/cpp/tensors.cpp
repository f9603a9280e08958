// A tensor's life cycle and metadata, through libtorch's stable C functions.
#include "gatun_core.h"
#include "guard.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_delete_tensor_object(void *handle);
GATUN_WEAK int32_t aoti_torch_new_tensor_handle(void *handle, void **copy);
GATUN_WEAK int32_t aoti_torch_get_data_ptr(void *handle, void **data);
GATUN_WEAK int32_t aoti_torch_get_dtype(void *handle, int32_t *dtype);
GATUN_WEAK int32_t aoti_torch_get_device_type(void *handle, int32_t *type);
GATUN_WEAK int32_t aoti_torch_get_device_index(void *handle, int32_t *index);
GATUN_WEAK int32_t aoti_torch_get_dim(void *handle, int64_t *dims);
GATUN_WEAK int32_t aoti_torch_get_numel(void *handle, int64_t *elements);
GATUN_WEAK int32_t aoti_torch_get_sizes(void *handle, int64_t **sizes);
GATUN_WEAK int32_t aoti_torch_get_strides(void *handle, int64_t **strides);
GATUN_WEAK int32_t aoti_torch_get_layout(void *handle, int32_t *layout);
GATUN_WEAK int32_t aoti_torch_get_storage_size(void *handle, int64_t *bytes);
GATUN_WEAK int32_t aoti_torch_get_storage_offset(void *handle, int64_t *elements);
GATUN_WEAK int32_t aoti_torch_is_contiguous(void *handle, bool *contiguous);
GATUN_WEAK size_t aoti_torch_dtype_element_size(int32_t dtype);
}

namespace {
constexpr int32_t kStrided = 0;
constexpr int32_t kCpu = 0;

// The stable C functions print their errors and return a code; they fail here only on a bug of ours.
void check(int32_t status, const char *function) {
  if (status != 0) throw std::runtime_error(std::string(function) + " failed");
}
#define CHECKED(FUNCTION, ...) check(FUNCTION(__VA_ARGS__), #FUNCTION)

void *pointer(int64_t slot) { return reinterpret_cast<void *>(slot); }
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_tensor_delete(int64_t *f) {
  GATUN_GUARDED(aoti_torch_delete_tensor_object, {
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    for (int64_t i = 0; i < f[1]; i++) CHECKED(aoti_torch_delete_tensor_object, pointer(handles[i]));
  })
}

GATUN_EXPORT int gatun_tensor_alias(int64_t *f) {
  GATUN_GUARDED(aoti_torch_new_tensor_handle, {
    void *copy = nullptr;
    CHECKED(aoti_torch_new_tensor_handle, pointer(f[0]), &copy);
    f[0] = reinterpret_cast<int64_t>(copy);
  })
}

GATUN_EXPORT int gatun_tensor_info(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_dtype, {
    void *handle = pointer(f[0]);
    int32_t dtype = 0, device_type = 0, device_index = 0, layout = 0;
    int64_t dims = 0, elements = 0, offset = 0, storage = 0, *sizes = nullptr, *strides = nullptr;
    void *data = nullptr;
    bool contiguous = false;
    CHECKED(aoti_torch_get_dtype, handle, &dtype);
    CHECKED(aoti_torch_get_device_type, handle, &device_type);
    CHECKED(aoti_torch_get_device_index, handle, &device_index);
    CHECKED(aoti_torch_get_layout, handle, &layout);
    CHECKED(aoti_torch_get_dim, handle, &dims);
    CHECKED(aoti_torch_get_numel, handle, &elements);
    CHECKED(aoti_torch_get_sizes, handle, &sizes);
    if (layout == kStrided) {
      CHECKED(aoti_torch_get_strides, handle, &strides);
      CHECKED(aoti_torch_is_contiguous, handle, &contiguous);
      if (device_type == kCpu) {
        CHECKED(aoti_torch_get_data_ptr, handle, &data);
        CHECKED(aoti_torch_get_storage_size, handle, &storage);
        CHECKED(aoti_torch_get_storage_offset, handle, &offset);
      }
    }
    f[0] = reinterpret_cast<int64_t>(data);
    f[1] = dtype;
    f[2] = (static_cast<int64_t>(device_type) << 32) | (device_index & 0xffffffffLL);
    f[3] = dims;
    f[4] = elements;
    f[5] = reinterpret_cast<int64_t>(sizes);
    f[6] = reinterpret_cast<int64_t>(strides);
    f[7] = contiguous;
    f[8] = static_cast<c10::TensorImpl *>(*static_cast<void **>(handle))->requires_grad();
    f[9] = layout;
    f[10] = storage - offset * static_cast<int64_t>(aoti_torch_dtype_element_size(dtype));
  })
}

GATUN_EXPORT int gatun_tensor_bytes(int64_t *f) {
  GATUN_GUARDED(&at::native::is_conj, {
    void *handle = pointer(f[0]);
    int32_t dtype = 0, device_type = 0, layout = 0;
    int64_t elements = 0;
    bool contiguous = false;
    void *data = nullptr;
    CHECKED(aoti_torch_get_dtype, handle, &dtype);
    CHECKED(aoti_torch_get_numel, handle, &elements);
    CHECKED(aoti_torch_get_device_type, handle, &device_type);
    CHECKED(aoti_torch_get_layout, handle, &layout);
    f[1] = elements * static_cast<int64_t>(aoti_torch_dtype_element_size(dtype));
    if (layout == kStrided && device_type == kCpu && elements > 0) {
      CHECKED(aoti_torch_is_contiguous, handle, &contiguous);
      // libtorch may have conjugation or negation still to do when such a view is read.
      const at::Tensor &tensor = gatun::tensor(f[0]);
      if (contiguous && !at::native::is_conj(tensor) && !at::native::is_neg(tensor)) {
        CHECKED(aoti_torch_get_data_ptr, handle, &data);
      }
    }
    f[0] = reinterpret_cast<int64_t>(data);
  })
}

GATUN_EXPORT int gatun_free(int64_t *f) {
  std::free(pointer(f[0]));
  return 0;
}
}
