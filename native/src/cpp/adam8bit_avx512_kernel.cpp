// One optimizer step on one block with AVX-512. Look-ups by vector permutes: a gather takes several times as long as all
// the arithmetic.
#include "adam8bit.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
// GCC 12 warns of its own header, which passes vectors whose lanes are all masked out.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cmath>
#include <cstring>

#define GATUN_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define GATUN_INLINE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"), always_inline)) static inline

namespace {
using gatun::AdamBlock;
using gatun::AdamSettings;
using gatun::CodeMap;

constexpr int kLanes = 16;
constexpr int kAtOnce = 4 * kLanes;
constexpr int kDecades = 7;
constexpr int kLeastExponent = -31;
constexpr float kLeast = 0x1p-31f;  // well below both maps' first boundaries
constexpr float kTiny = 0x1p-100f;  // see adam8bit_portable_kernel.cpp
constexpr float kClose = 1e-4f;     // several times what place can be off

// How to place x >= 0 among the numbers of a map that are not negative, of which the first has the code zero: decade 0 is
// zero, 8 is one; in between code = scale * x + shift, cut off, at most last.
struct Decades {
  alignas(64) float scale[kLanes];
  alignas(64) float shift[kLanes];
  alignas(64) float last[kLanes];
  // By the lower bits of a float's exponent: where the next decade begins in its binade, and the decade before that.
  alignas(64) float next[2 * kLanes];
  alignas(64) int32_t decade[2 * kLanes];
};

Decades decades(const CodeMap &map, int zero) {
  Decades d{};
  const int first_items = zero == 0 ? 2 : 1;
  float start[kDecades + 2] = {};
  d.shift[0] = d.last[0] = static_cast<float>(zero) + 0.5f;
  for (int k = 1; k <= kDecades + 1; k++) {
    const bool one = k == kDecades + 1;
    const int items = one ? 1 : first_items << (k - 1);
    const int code = one ? gatun::kCodes - 1 : zero + items - (zero == 0 ? 1 : 0);
    const double width = 0.9 * std::pow(10.0, k - kDecades) / items;
    start[k] = map.thresholds[code - 1];
    d.scale[k] = one ? 0 : static_cast<float>(1 / width);
    d.shift[k] = one ? static_cast<float>(code) + 0.5f
                     : static_cast<float>(code - std::pow(10.0, k - 1 - kDecades) / width);
    d.last[k] = static_cast<float>(code + items) - 0.5f;
  }
  for (int e = kLeastExponent; e <= 0; e++) {
    const int index = (127 + e) % (2 * kLanes);
    d.next[index] = HUGE_VALF;
    for (int k = 1; k <= kDecades + 1; k++) {
      if (start[k] < std::ldexp(1.0f, e)) {
        d.decade[index] = k;
      } else if (start[k] < std::ldexp(1.0f, e + 1)) {
        d.next[index] = start[k];
      }
    }
  }
  return d;
}

GATUN_INLINE __m512 pick32(const float *values, __m512i index) {
  return _mm512_permutex2var_ps(_mm512_load_ps(values), index, _mm512_load_ps(values + kLanes));
}

GATUN_INLINE __m512 pick128(const float *values, __m512i index) {
  const __mmask16 bit5 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(32));
  const __mmask16 bit6 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(64));
  const __m512 low = _mm512_mask_blend_ps(bit5, pick32(values, index), pick32(values + 32, index));
  const __m512 high = _mm512_mask_blend_ps(bit5, pick32(values + 64, index), pick32(values + 96, index));
  return _mm512_mask_blend_ps(bit6, low, high);
}

GATUN_INLINE __m512i load_codes(const uint8_t *codes) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(codes)));
}

// The signed map's numbers are symmetric, but for its 1.
GATUN_INLINE __m512 signed_values(const float *magnitudes, __m512i codes) {
  const __m512i place = _mm512_sub_epi32(codes, _mm512_set1_epi32(gatun::kZeroCode));
  const __m512i magnitude = _mm512_abs_epi32(place);
  __m512 x = pick128(magnitudes, magnitude);
  x = _mm512_mask_mov_ps(x, _mm512_test_epi32_mask(magnitude, _mm512_set1_epi32(128)), _mm512_set1_ps(1));
  // x ^ (place & sign)
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(x), place,
                                                       _mm512_set1_epi32(INT32_MIN), 0x78));
}

GATUN_INLINE __m512 unsigned_values(const float *values, __m512i codes) {
  const __mmask16 bit7 = _mm512_test_epi32_mask(codes, _mm512_set1_epi32(128));
  return _mm512_mask_blend_ps(bit7, pick128(values, codes), pick128(values + 128, codes));
}

// A place in the map, between a code and the next, for |x|.
GATUN_INLINE __m512 place(const Decades &d, __m512 x) {
  constexpr int larger_magnitude = 0x0b;
  x = _mm512_range_ps(x, _mm512_set1_ps(kLeast), larger_magnitude);
  const __m512i exponent = _mm512_srli_epi32(_mm512_castps_si512(x), 23);
  const __m512 next = pick32(d.next, exponent);
  __m512i decade = _mm512_permutex2var_epi32(_mm512_load_si512(d.decade), exponent,
                                             _mm512_load_si512(d.decade + kLanes));
  const __mmask16 above = _mm512_cmp_ps_mask(x, next, _CMP_GT_OQ);
  decade = _mm512_mask_sub_epi32(decade, above, decade, _mm512_set1_epi32(-1));
  const __m512 y = _mm512_fmadd_ps(x, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.scale)),
                                   _mm512_permutexvar_ps(decade, _mm512_load_ps(d.shift)));
  return _mm512_min_ps(y, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.last)));
}

// The lanes that rounding may have put on the wrong side of a code's boundary.
GATUN_INLINE __mmask16 close_to_integer(__m512 a, __m512 b) {
  constexpr int nearest = 0x08, smaller_magnitude = 0x0a;
  const __m512 off = _mm512_range_ps(_mm512_reduce_ps(a, nearest), _mm512_reduce_ps(b, nearest), smaller_magnitude);
  return _mm512_cmp_ps_mask(off, _mm512_set1_ps(kClose), _CMP_LT_OQ);
}

// 64 codes of four vectors; below 0 is 0.
GATUN_INLINE void store_codes(uint8_t *codes, const __m512i *c) {
  const __m512i packed = _mm512_packus_epi16(_mm512_packus_epi32(c[0], c[1]), _mm512_packus_epi32(c[2], c[3]));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(order, packed));
}

GATUN_AVX512 float largest(__m512 x) {
  float values[kLanes], top = 0;
  _mm512_storeu_ps(values, x);
  for (float value : values) top = value > top ? value : top;
  return top;
}

// The plain search, for single lanes.
GATUN_AVX512 __attribute__((noinline)) void search(unsigned lanes, const float *m, const float *v, float r1, float r2,
                                                   uint8_t *state1, uint8_t *state2) {
  for (; lanes != 0; lanes &= lanes - 1) {
    const int i = __builtin_ctz(lanes);
    state1[i] = gatun::code_of(gatun::signed_map(), m[i] * r1);
    state2[i] = gatun::code_of(gatun::unsigned_map(), v[i] * r2);
    if (std::signbit(m[i]) && state1[i] == gatun::kZeroCode) state1[i]--;
  }
}

// The new moments, into m and v, and the parameters.
GATUN_AVX512 void update(const AdamSettings &a, const AdamBlock &b, float *m, float *v) {
  constexpr int not_finite = 0x99, larger_magnitude = 0x0b;
  const float *values1 = gatun::signed_map().magnitudes, *values2 = gatun::unsigned_map().values;
  const __m512 beta1 = _mm512_set1_ps(a.beta1), beta2 = _mm512_set1_ps(a.beta2);
  const __m512 rest1 = _mm512_set1_ps(a.one_minus_beta1), rest2 = _mm512_set1_ps(a.one_minus_beta2);
  const __m512 scale1 = _mm512_set1_ps(*b.absmax1), scale2 = _mm512_set1_ps(*b.absmax2);
  const __m512 step_size = _mm512_set1_ps(a.step_size), eps = _mm512_set1_ps(a.eps), decay = _mm512_set1_ps(a.decay);
  __m512 top1 = _mm512_setzero_ps(), top2 = _mm512_setzero_ps();
  for (int i = 0; i < b.n; i += kLanes) {
    const __m512 g = _mm512_loadu_ps(b.grad + i);
    const auto finite = static_cast<__mmask16>(~_mm512_fpclass_ps_mask(g, not_finite));
    const __m512 old1 = _mm512_mul_ps(signed_values(values1, load_codes(b.state1 + i)), scale1);
    const __m512 old2 = _mm512_mul_ps(unsigned_values(values2, load_codes(b.state2 + i)), scale2);
    const __m512 new1 = _mm512_maskz_add_ps(finite, _mm512_mul_ps(old1, beta1), _mm512_mul_ps(rest1, g));
    const __m512 new2 = _mm512_maskz_add_ps(finite, _mm512_mul_ps(old2, beta2),
                                            _mm512_mul_ps(_mm512_mul_ps(rest2, g), g));
    _mm512_store_ps(m + i, new1);
    _mm512_store_ps(v + i, new2);
    // The other operand where one is NaN.
    top1 = _mm512_range_ps(top1, new1, larger_magnitude);
    top2 = _mm512_range_ps(top2, new2, larger_magnitude);
    const __m512 change = _mm512_mul_ps(step_size, _mm512_div_ps(new1, _mm512_add_ps(_mm512_sqrt_ps(new2), eps)));
    const __m512 moved = _mm512_mul_ps(_mm512_add_ps(_mm512_loadu_ps(b.param + i), change), decay);
    _mm512_mask_storeu_ps(b.param + i, finite, moved);
  }
  *b.absmax1 = largest(top1);
  *b.absmax2 = largest(top2);
}

// While it computes, what the next block will read is on its way.
GATUN_AVX512 void quantize(const AdamBlock &b, const float *m, const float *v) {
  static const Decades signed_decades = decades(gatun::signed_map(), gatun::kZeroCode);
  static const Decades unsigned_decades = decades(gatun::unsigned_map(), 0);
  const float r1 = 1.0f / *b.absmax1, r2 = 1.0f / *b.absmax2;
  const __m512 scale1 = _mm512_set1_ps(r1), scale2 = _mm512_set1_ps(r2);
  const __m512i twice_zero = _mm512_set1_epi32(2 * gatun::kZeroCode);
  const __m512i below_zero = _mm512_set1_epi32(gatun::kZeroCode - 1);
  for (int i = 0; i < b.n; i += kAtOnce) {
    __m512i c1[4], c2[4];
    __mmask16 close[4];
    __builtin_prefetch(b.state1 + b.n + i, 1);
    __builtin_prefetch(b.state2 + b.n + i, 1);
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
      const int at = i + k * kLanes;
      __builtin_prefetch(b.param + b.n + at, 1);
      __builtin_prefetch(b.grad + b.n + at);
      const __m512 x1 = _mm512_mul_ps(_mm512_load_ps(m + at), scale1);
      const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x1));
      const __m512 y1 = place(signed_decades, x1);
      const __m512 y2 = place(unsigned_decades, _mm512_mul_ps(_mm512_load_ps(v + at), scale2));
      close[k] = close_to_integer(y1, y2);
      // A number must not lose its sign: what is negative goes below 0.
      c1[k] = _mm512_cvttps_epi32(y1);
      c1[k] = _mm512_mask_sub_epi32(c1[k], negative, twice_zero, c1[k]);
      c1[k] = _mm512_mask_min_epi32(c1[k], negative, c1[k], below_zero);
      c2[k] = _mm512_cvttps_epi32(y2);
    }
    store_codes(b.state1 + i, c1);
    store_codes(b.state2 + i, c2);
    if (__builtin_expect((close[0] | close[1] | close[2] | close[3]) != 0, 0)) {
      for (int k = 0; k < 4; k++) {
        const int at = i + k * kLanes;
        search(close[k], m + at, v + at, r1, r2, b.state1 + at, b.state2 + at);
      }
    }
  }
}

GATUN_AVX512 void step_on_vectors(const AdamSettings &a, const AdamBlock &b) {
  alignas(64) float m[gatun::kLargestBlock], v[gatun::kLargestBlock];
  update(a, b, m, v);
  if (*b.absmax1 < kTiny || *b.absmax2 < kTiny) {
    gatun::quantize_moments(m, v, b);
  } else {
    quantize(b, m, v);
  }
}

// The last block of a parameter need not fill its vectors: it is worked on in buffers that do.
void step(const AdamSettings &a, const AdamBlock &b) {
  if (b.n % kAtOnce == 0) {
    step_on_vectors(a, b);
    return;
  }
  float param[gatun::kLargestBlock], grad[gatun::kLargestBlock];
  uint8_t state1[gatun::kLargestBlock], state2[gatun::kLargestBlock];
  const auto n = static_cast<size_t>(b.n);
  const int whole = (b.n + kAtOnce - 1) / kAtOnce * kAtOnce;
  std::memset(param, 0, static_cast<size_t>(whole) * sizeof *param);
  std::memset(grad, 0, static_cast<size_t>(whole) * sizeof *grad);
  std::memset(state1, gatun::kZeroCode, static_cast<size_t>(whole));
  std::memset(state2, 0, static_cast<size_t>(whole));
  std::memcpy(param, b.param, n * sizeof *param);
  std::memcpy(grad, b.grad, n * sizeof *grad);
  std::memcpy(state1, b.state1, n);
  std::memcpy(state2, b.state2, n);
  step_on_vectors(a, {param, grad, state1, state2, b.absmax1, b.absmax2, whole});
  std::memcpy(b.param, param, n * sizeof *param);
  std::memcpy(b.state1, state1, n);
  std::memcpy(b.state2, state2, n);
}
}  // namespace

namespace gatun {
AdamKernel adam8bit_avx512() {
  static const bool can = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return can ? &step : nullptr;
}
}  // namespace gatun
#else
namespace gatun {
AdamKernel adam8bit_avx512() { return nullptr; }
}  // namespace gatun
#endif
