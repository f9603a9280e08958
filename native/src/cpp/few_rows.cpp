// x Wᵀ for few rows of x, as generating text needs it at every step. BLAS is made for many rows: with few it packs all of W
// for little work. This reads W once, as fast as memory gives it. Legend: M rows, K inputs, N outputs.
#include <algorithm>
#include <utility>

#include "gatun_core.h"
#include "guard.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // of GCC's own _mm512_reduce_add_ps
#endif
#endif

extern "C" {
GATUN_WEAK bool aoti_torch_grad_mode_is_enabled();
GATUN_WEAK int32_t aoti_torch_get_dtype(void *handle, int32_t *dtype);
GATUN_WEAK int32_t aoti_torch_get_device_type(void *handle, int32_t *type);
GATUN_WEAK int32_t aoti_torch_get_layout(void *handle, int32_t *layout);
GATUN_WEAK int32_t aoti_torch_get_dim(void *handle, int64_t *dims);
GATUN_WEAK int32_t aoti_torch_get_sizes(void *handle, int64_t **sizes);
GATUN_WEAK int32_t aoti_torch_is_contiguous(void *handle, bool *contiguous);
GATUN_WEAK int32_t aoti_torch_get_data_ptr(void *handle, void **data);
GATUN_WEAK int32_t aoti_torch_empty_strided(int64_t dims, const int64_t *sizes, const int64_t *strides, int32_t dtype,
                                            int32_t device_type, int32_t device_index, void **handle);
// Of the OpenMP library that libtorch itself uses, so that its threads do this work too.
GATUN_WEAK void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
GATUN_WEAK int omp_get_thread_num();
GATUN_WEAK int omp_get_num_threads();
GATUN_WEAK int omp_in_parallel();
}

namespace at {
GATUN_WEAK int get_num_threads();
namespace autocast {
GATUN_WEAK bool is_autocast_enabled(c10::DeviceType device);
}
}  // namespace at

namespace {
constexpr int32_t kFloat = 6;
constexpr int32_t kCpu = 0;
constexpr int32_t kStrided = 0;
constexpr int64_t kBlock = 8;            // rows of x that go through a row of W together: their sums fill the registers
constexpr int64_t kChunk = 16;           // rows of W that stay in the nearest cache while all rows of x go through them
// How many numbers of W, at least, are asked for before they are needed: the processor foresees a row's end too late. Measured
// with K from 64 to 2048 and W too large for the caches: up to twice as fast as without, 4 KiB being the best or near it.
constexpr int64_t kAhead = 1024;
constexpr int64_t kWorthThreads = 1 << 18;  // numbers of W from which on several threads are faster
constexpr int kMaxDims = 8;

// [rows, k] times [outputs, k] from first to last, written to columns first.. of y, whose rows are n apart.
using Kernel = void (*)(const float *x, const float *w, float *y, int64_t k, int64_t n, int64_t first, int64_t last);

struct Kernels {
  Kernel by_rows[kBlock];
  int64_t lanes;
};

#if defined(__x86_64__)
// A sum of M rows for two rows of W at a time. The same text twice, because a function is compiled for one processor.
#define GATUN_FEW_ROWS(NAME, TARGET, VECTOR, LANES, ZERO, LOAD, FMA, SUM)                                       \
  template <size_t... M>                                                                                      \
  __attribute__((target(TARGET))) void NAME(const float *x, const float *w, float *y, int64_t k, int64_t n,    \
                                            int64_t first, int64_t last) {                                    \
    const int64_t ahead = (kAhead + 2 * k - 1) / (2 * k) * (2 * k);                                           \
    for (int64_t j = first; j < last; j += 2) {                                                               \
      const bool both = j + 1 < last;                                                                         \
      const float *w0 = w + j * k;                                                                            \
      const float *w1 = both ? w0 + k : w0;                                                                   \
      VECTOR a[] = {(static_cast<void>(M), ZERO())...};                                                       \
      VECTOR b[] = {(static_cast<void>(M), ZERO())...};                                                       \
      for (int64_t i = 0; i < k; i += LANES) {                                                                \
        _mm_prefetch(w0 + i + ahead, _MM_HINT_T0);                                                            \
        _mm_prefetch(w1 + i + ahead, _MM_HINT_T0);                                                            \
        const VECTOR v0 = LOAD(w0 + i), v1 = LOAD(w1 + i);                                                    \
        ((a[M] = FMA(LOAD(x + M * k + i), v0, a[M]), b[M] = FMA(LOAD(x + M * k + i), v1, b[M])), ...);        \
      }                                                                                                       \
      ((y[M * n + j] = SUM(a[M])), ...);                                                                      \
      if (both) ((y[M * n + j + 1] = SUM(b[M])), ...);                                                        \
    }                                                                                                         \
  }                                                                                                           \
  template <size_t... M>                                                                                      \
  constexpr Kernel NAME##_for(std::index_sequence<M...>) {                                                    \
    return &NAME<M...>;                                                                                       \
  }                                                                                                           \
  template <size_t... R>                                                                                      \
  constexpr Kernels NAME##_all(std::index_sequence<R...>) {                                                   \
    return {{NAME##_for(std::make_index_sequence<R + 1>())...}, LANES};                                       \
  }

#define GATUN_TARGET_256 "avx2,fma"
__attribute__((target(GATUN_TARGET_256))) inline float sum_256(__m256 v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
GATUN_FEW_ROWS(few_rows_512, "avx512f", __m512, 16, _mm512_setzero_ps, _mm512_loadu_ps, _mm512_fmadd_ps,
               _mm512_reduce_add_ps)
GATUN_FEW_ROWS(few_rows_256, GATUN_TARGET_256, __m256, 8, _mm256_setzero_ps, _mm256_loadu_ps, _mm256_fmadd_ps, sum_256)

const Kernels *kernels() {
  static const Kernels wide = few_rows_512_all(std::make_index_sequence<kBlock>());
  static const Kernels narrow = few_rows_256_all(std::make_index_sequence<kBlock>());
  static const Kernels *best = __builtin_cpu_supports("avx512f")                                    ? &wide
                               : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &narrow
                                                                                                  : nullptr;
  return best;
}
#else
const Kernels *kernels() { return nullptr; }
#endif

struct Work {
  const Kernels *kernels;
  const float *x, *w;
  float *y;
  int64_t m, k, n;

  void columns(int64_t from, int64_t to) const {
    for (int64_t first = from; first < to; first += kChunk) {
      const int64_t last = std::min(to, first + kChunk);
      for (int64_t row = 0; row < m; row += kBlock) {
        const int64_t rows = std::min(kBlock, m - row);
        kernels->by_rows[rows - 1](x + row * k, w, y + row * n, k, n, first, last);
      }
    }
  }
};

void part(void *data) {
  const auto *work = static_cast<const Work *>(data);
  const int64_t threads = omp_get_num_threads(), thread = omp_get_thread_num();
  const int64_t each = (work->n + threads - 1) / threads;
  work->columns(std::min(work->n, thread * each), std::min(work->n, (thread + 1) * each));
}

void run(Work work) {
  const bool can = GOMP_parallel != nullptr && omp_get_thread_num != nullptr && omp_get_num_threads != nullptr &&
                   omp_in_parallel != nullptr && at::get_num_threads != nullptr;
  const int threads = can && work.n * work.k >= kWorthThreads && !omp_in_parallel() ? at::get_num_threads() : 1;
  if (threads > 1) {
    GOMP_parallel(&part, &work, static_cast<unsigned>(threads), 0);
  } else {
    work.columns(0, work.n);
  }
}

void *pointer(int64_t slot) { return reinterpret_cast<void *>(slot); }

// A tensor of another kind than memory with strides, which libtorch's own op may know what to do with.
struct Other {};
void check(int32_t status) {
  if (status != 0) throw Other();
}

bool is_plain_float(void *handle) {
  int32_t dtype = 0, device = 0;
  int32_t layout = 0;
  bool contiguous = false;
  check(aoti_torch_get_layout(handle, &layout));
  if (layout != kStrided) return false;
  check(aoti_torch_get_dtype(handle, &dtype));
  check(aoti_torch_get_device_type(handle, &device));
  if (dtype != kFloat || device != kCpu) return false;
  check(aoti_torch_is_contiguous(handle, &contiguous));
  return contiguous && !at::native::is_neg(*static_cast<at::Tensor *>(handle));
}

// The product, or null where it is not for this function.
void *few_rows(void *input, void *weight, int64_t most) {
  if (!is_plain_float(input) || !is_plain_float(weight)) return nullptr;
  int64_t dims = 0, weight_dims = 0, *sizes = nullptr, *weight_sizes = nullptr;
  check(aoti_torch_get_dim(input, &dims));
  check(aoti_torch_get_dim(weight, &weight_dims));
  check(aoti_torch_get_sizes(input, &sizes));
  check(aoti_torch_get_sizes(weight, &weight_sizes));
  if (dims < 2 || dims > kMaxDims || weight_dims != 2) return nullptr;
  const int64_t k = sizes[dims - 1], n = weight_sizes[0];
  int64_t rows = 1, shape[kMaxDims], strides[kMaxDims];
  for (int64_t i = 0; i < dims - 1; i++) rows *= sizes[i];
  if (rows < 1 || rows > most || n < 1 || k < 1 || k != weight_sizes[1] || k % kernels()->lanes != 0) return nullptr;
  int64_t stride = 1;
  for (int64_t i = dims - 1; i >= 0; i--) {
    shape[i] = i == dims - 1 ? n : sizes[i];
    strides[i] = stride;
    stride *= shape[i];
  }
  void *x = nullptr, *w = nullptr, *y = nullptr, *output = nullptr;
  check(aoti_torch_get_data_ptr(input, &x));
  check(aoti_torch_get_data_ptr(weight, &w));
  if (x == nullptr || w == nullptr) return nullptr;
  check(aoti_torch_empty_strided(dims, shape, strides, kFloat, kCpu, 0, &output));
  check(aoti_torch_get_data_ptr(output, &y));
  run({kernels(), static_cast<const float *>(x), static_cast<const float *>(w), static_cast<float *>(y), rows, k, n});
  return output;
}
}  // namespace

extern "C" {
GATUN_EXPORT int gatun_linear_few_rows(int64_t *f) {
  GATUN_GUARDED(aoti_torch_empty_strided, {
    const bool plain = !aoti_torch_grad_mode_is_enabled() && kernels() != nullptr && &at::native::is_neg != nullptr &&
                       !at::autocast::is_autocast_enabled(static_cast<c10::DeviceType>(kCpu));
    void *product = nullptr;
    try {
      if (plain) product = few_rows(pointer(f[0]), pointer(f[1]), f[2]);
    } catch (const Other &) {
    }
    f[0] = reinterpret_cast<int64_t>(product);
  })
}
}
