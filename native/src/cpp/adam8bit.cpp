// Adam with 8-bit state: checks what Java passes, cuts the parameters into blocks, and spreads these over the threads.
#include "adam8bit.h"

#include <algorithm>
#include <vector>

#include "cpu_tensors.h"
#include "gatun_core.h"
#include "guard.h"

namespace {
using gatun::AdamSettings;

using gatun::CpuTensor;
using gatun::handle;
using gatun::kBfloat16;
using gatun::kElementsAtOnce;
using gatun::kFloat32;
using gatun::kUint8;
using gatun::parallel;

constexpr int kHandles = 6, kNumbers = 5;

const char *dtype_name(int32_t dtype) {
  return dtype == kFloat32 ? "float32" : dtype == kBfloat16 ? "bfloat16" : dtype == kUint8 ? "uint8" : "another dtype";
}

CpuTensor view(int64_t slot, const char *name) {
  CpuTensor v;
  switch (gatun::read(slot, v)) {
    case gatun::Readable::kNo:
      throw std::invalid_argument(std::string(name) + " cannot be read");
    case gatun::Readable::kElsewhere:
      throw std::invalid_argument(std::string(name) + " must be contiguous and on the CPU: make it so with contiguous()");
    case gatun::Readable::kYes:
      return v;
  }
  return v;
}

void *expect(int64_t slot, const char *name, int32_t dtype, int64_t elements) {
  const CpuTensor v = view(slot, name);
  if (v.dtype != dtype || v.elements != elements) {
    throw std::invalid_argument(std::string(name) + " must have " + std::to_string(elements) + " elements of " +
                                dtype_name(dtype) + ", but has " + std::to_string(v.elements) + " of " +
                                dtype_name(v.dtype));
  }
  return v.data;
}

int block_size(int64_t slot) {
  if (slot < 1 || slot > gatun::kLargestBlock) {
    throw std::invalid_argument("a block has 1 to " + std::to_string(gatun::kLargestBlock) + " elements, not " +
                                std::to_string(slot));
  }
  return static_cast<int>(slot);
}

int64_t blocks(int64_t elements, int size) { return (elements + size - 1) / size; }

// A parameter, its gradient and its state; absmax1 is null where the state is float32.
struct Task {
  void *param;
  const void *grad;
  void *state1, *state2;
  float *absmax1, *absmax2;
  int64_t elements, first_block;
  bool bfloat16;
  AdamSettings settings;
  float decay;  // bfloat16 parameters are rounded before they decay, so not by the kernel
};

// As bitsandbytes: float32 throughout.
AdamSettings settings(const double *numbers) {
  const auto beta1 = static_cast<float>(numbers[0]), beta2 = static_cast<float>(numbers[1]);
  return {beta1,
          beta2,
          1.0f - beta1,
          1.0f - beta2,
          static_cast<float>(numbers[2]),
          static_cast<float>(numbers[3]),
          static_cast<float>(numbers[4])};
}

Task task(const int64_t *handles, const double *numbers, int size, int64_t first_block) {
  Task t{};
  const CpuTensor param = view(handles[0], "param");
  if (param.dtype != kFloat32 && param.dtype != kBfloat16) {
    throw std::invalid_argument("param must be float32 or bfloat16");
  }
  t.param = param.data;
  t.elements = param.elements;
  t.first_block = first_block;
  t.bfloat16 = param.dtype == kBfloat16;
  t.grad = expect(handles[1], "grad", param.dtype, t.elements);
  const bool quantized = handles[4] != 0;
  t.state1 = expect(handles[2], "state1", quantized ? kUint8 : kFloat32, t.elements);
  t.state2 = expect(handles[3], "state2", quantized ? kUint8 : kFloat32, t.elements);
  if (quantized) {
    t.absmax1 = static_cast<float *>(expect(handles[4], "absmax1", kFloat32, blocks(t.elements, size)));
    t.absmax2 = static_cast<float *>(expect(handles[5], "absmax2", kFloat32, blocks(t.elements, size)));
  }
  t.settings = settings(numbers);
  t.decay = t.settings.decay;
  if (t.bfloat16) t.settings.decay = 1;
  return t;
}

// What this processor can run, the fastest first.
std::vector<gatun::AdamKernel> kernels() {
  std::vector<gatun::AdamKernel> all = gatun::adam8bit_avx512();
  all.push_back(&gatun::adam8bit_portable);
  return all;
}

// n numbers from the start of a block on.
void step_on_numbers(const Task &t, int64_t start, int64_t n, int size, gatun::AdamKernel step, float *param,
                     const float *grad) {
  if (t.absmax1 != nullptr) {
    step(t.settings, {param, grad, static_cast<uint8_t *>(t.state1) + start, static_cast<uint8_t *>(t.state2) + start,
                      t.absmax1 + start / size, t.absmax2 + start / size, n, size});
  } else {
    gatun::adam32bit(t.settings, param, grad, static_cast<float *>(t.state1) + start,
                     static_cast<float *>(t.state2) + start, static_cast<int>(n));
  }
}

void step_on_blocks(const Task &t, int64_t first, int64_t end, int size, gatun::AdamKernel step) {
  const int64_t start = first * size, stop = std::min(end * size, t.elements);
  if (!t.bfloat16) {
    step_on_numbers(t, start, stop - start, size, step, static_cast<float *>(t.param) + start,
                    static_cast<const float *>(t.grad) + start);
    return;
  }
  float param[gatun::kLargestBlock], grad[gatun::kLargestBlock];
  const int64_t whole_blocks = gatun::kLargestBlock / size * size;
  for (int64_t from = start; from < stop; from += whole_blocks) {
    const int n = static_cast<int>(std::min(whole_blocks, stop - from));
    gatun::from_bfloat16(static_cast<const uint16_t *>(t.param) + from, param, n);
    gatun::from_bfloat16(static_cast<const uint16_t *>(t.grad) + from, grad, n);
    step_on_numbers(t, from, n, size, step, param, grad);
    gatun::to_bfloat16(param, grad, t.decay, static_cast<uint16_t *>(t.param) + from, n);
  }
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_adam8bit_step(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_data_ptr, {
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    const auto *numbers = reinterpret_cast<const double *>(f[2]);
    const int64_t count = f[1] / kHandles;
    const int size = block_size(f[4]);
    if (f[1] != count * kHandles || f[3] != count * kNumbers) {
      throw std::invalid_argument("six tensors and five numbers make a parameter");
    }
    std::vector<Task> tasks;
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) {
      tasks.push_back(task(handles + i * kHandles, numbers + i * kNumbers, size, total));
      total += blocks(tasks.back().elements, size);
    }
    const std::vector<gatun::AdamKernel> all = kernels();
    const gatun::AdamKernel step = all.at(static_cast<size_t>(f[5]));
    parallel(total, std::max<int64_t>(1, kElementsAtOnce / size), [&](int64_t from, int64_t to) {
      auto t = std::upper_bound(tasks.begin(), tasks.end(), from,
                                [](int64_t block, const Task &each) { return block < each.first_block; });
      --t;
      for (int64_t block = from; block < to; ++t) {
        const int64_t end = std::min(to, t->first_block + blocks(t->elements, size));
        if (block < end) step_on_blocks(*t, block - t->first_block, end - t->first_block, size, step);
        block = end;
      }
    });
    f[5] = static_cast<int64_t>(all.size());
    if (torch::autograd::impl::bump_version != nullptr) {
      for (int64_t i = 0; i < count; i++) {
        torch::autograd::impl::bump_version(*static_cast<const at::Tensor *>(handle(handles[i * kHandles])));
      }
    }
  })
}

GATUN_EXPORT int gatun_quantize_blockwise(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_data_ptr, {
    const CpuTensor input = view(f[0], "input");
    const int size = block_size(f[3]);
    const gatun::CodeMap &map = f[4] != 0 ? gatun::signed_map() : gatun::unsigned_map();
    const auto *x = static_cast<const float *>(expect(f[0], "input", kFloat32, input.elements));
    auto *codes = static_cast<uint8_t *>(expect(f[1], "codes", kUint8, input.elements));
    auto *absmax = static_cast<float *>(expect(f[2], "absmax", kFloat32, blocks(input.elements, size)));
    parallel(blocks(input.elements, size), std::max<int64_t>(1, kElementsAtOnce / size), [&](int64_t from, int64_t to) {
      for (int64_t block = from; block < to; block++) {
        const int64_t start = block * size;
        absmax[block] = gatun::quantize_block(map, x + start, codes + start,
                                              static_cast<int>(std::min<int64_t>(size, input.elements - start)));
      }
    });
  })
}

GATUN_EXPORT int gatun_code_map(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_data_ptr, {
    const gatun::CodeMap &map = f[1] != 0 ? gatun::signed_map() : gatun::unsigned_map();
    auto *target = static_cast<float *>(expect(f[0], "target", kFloat32, f[2] != 0 ? gatun::kCodes - 1 : gatun::kCodes));
    if (f[2] != 0) {
      std::copy(map.thresholds, map.thresholds + gatun::kCodes - 1, target);
    } else {
      std::copy(map.values, map.values + gatun::kCodes, target);
    }
  })
}
}
