// A library of custom operators as somebody else would write it, against libtorch's stable C functions only: each value
// on a kernel's stack is 64 bits, results take the place of the arguments, and both own what they point to.
#include <cstdint>
#include <stdexcept>

extern "C" {
int32_t aoti_torch_library_init_def(const char *ns, const char *file, uint32_t line, void **library);
int32_t aoti_torch_library_init_impl(const char *ns, const char *key, const char *file, uint32_t line, void **library);
int32_t aoti_torch_library_def(void *library, const char *schema);
int32_t aoti_torch_library_impl(void *library, const char *name, void (*kernel)(uint64_t *, uint64_t, uint64_t));
int32_t aoti_torch_call_dispatcher(const char *op, const char *overload, uint64_t *stack);
}

namespace {
void twice(uint64_t *stack, uint64_t, uint64_t) {
  aoti_torch_call_dispatcher("aten::neg", "", stack);
  aoti_torch_call_dispatcher("aten::neg", "", stack);
}

// Every argument is a result, of the same type and in the same place.
void echo(uint64_t *, uint64_t, uint64_t) {}

void fails(uint64_t *, uint64_t, uint64_t) { throw std::runtime_error("the custom op does not like this"); }

struct Library {
  Library() {
    void *ops = nullptr, *kernels = nullptr;
    aoti_torch_library_init_def("gatun_test", __FILE__, __LINE__, &ops);
    aoti_torch_library_def(ops, "same(Tensor self) -> Tensor");
    aoti_torch_library_def(ops,
                           "echo(Tensor x, int i, float f, bool b, str s, Device d, int[] ints, Tensor[] xs, float? o, "
                           "Tensor? t, int[]? none=None, ScalarType dtype=6, str tail='it\\'s') -> (Tensor, int, float, "
                           "bool, str, Device, int[], Tensor[], float?, Tensor?, int[]?, ScalarType, str)");
    aoti_torch_library_def(ops, "fails(Tensor self) -> Tensor");
    aoti_torch_library_def(ops, "no_kernel(Tensor self) -> Tensor");
    aoti_torch_library_def(ops, "odd(Dict(str, Tensor) state) -> ()");
    aoti_torch_library_init_impl("gatun_test", "CompositeExplicitAutograd", __FILE__, __LINE__, &kernels);
    aoti_torch_library_impl(kernels, "same", twice);
    aoti_torch_library_impl(kernels, "echo", echo);
    aoti_torch_library_impl(kernels, "fails", fails);
    aoti_torch_library_impl(kernels, "odd", echo);
  }
} library;
}  // namespace
