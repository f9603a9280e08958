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
constexpr float kTiny = 0x1p-100f;

// Decade 0 is zero, 8 is one; code = scale * x + shift, cut off, at most last.
struct Decades {
  alignas(64) float scale[16];
  alignas(64) float shift[16];
  alignas(64) float last[16];
  alignas(64) float next[32];   // by the lower bits of the exponent: where the next decade begins in this binade
  alignas(64) int32_t of[32];   // the decade at the start of the binade
};

Decades decades(const CodeMap &map, int zero) {
  Decades d{};
  float start[10];
  d.shift[0] = d.last[0] = 0.5f;
  const int codes = 255 - zero;
  const int first_items = codes == 255 ? 2 : 1;
  start[0] = 0;
  for (int k = 1; k <= 8; k++) {
    const int items = k == 8 ? 1 : first_items << (k - 1);
    const int code = (first_items << (k - 1)) - (codes == 255 ? 1 : 0);
    start[k] = map.thresholds[zero + code - 1];
    const double width = 0.9 * std::pow(10.0, k - 7) / items;
    d.scale[k] = k == 8 ? 0 : static_cast<float>(1 / width);
    d.shift[k] = k == 8 ? static_cast<float>(codes) + 0.5f
                        : static_cast<float>(code - std::pow(10.0, k - 8) / width);
    d.last[k] = static_cast<float>(code + items) - 0.5f;
  }
  for (int e = -31; e <= 0; e++) {
    const int index = (127 + e) & 31;
    const float low = std::ldexp(1.0f, e), high = std::ldexp(1.0f, e + 1);
    d.next[index] = INFINITY;
    for (int k = 1; k <= 8; k++) {
      if (start[k] < low) d.of[index] = k;
      else if (start[k] < high) d.next[index] = start[k];
    }
  }
  return d;
}

GATUN_INLINE __m512 pick(const float *values, __m512i index) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(values), index, _mm512_loadu_ps(values + kLanes));
}

GATUN_INLINE __m512 pick128(const float *values, __m512i index) {
  const __mmask16 bit5 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(32));
  const __mmask16 bit6 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(64));
  const __m512 low = _mm512_mask_blend_ps(bit5, pick(values, index), pick(values + 32, index));
  const __m512 high = _mm512_mask_blend_ps(bit5, pick(values + 64, index), pick(values + 96, index));
  return _mm512_mask_blend_ps(bit6, low, high);
}

GATUN_INLINE __m512 pick256(const float *values, __m512i index) {
  const __mmask16 bit7 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(128));
  return _mm512_mask_blend_ps(bit7, pick128(values, index), pick128(values + 128, index));
}

GATUN_INLINE __m512i load_codes(const uint8_t *codes) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(codes)));
}

// The place of x >= 0 among the map's numbers that are not negative; sets the lanes that are too close to a boundary.
GATUN_INLINE __m512i place(const Decades &d, __m512 x, __mmask16 *close) {
  const __m512 clamped = _mm512_max_ps(x, _mm512_set1_ps(0x1p-31f));
  const __m512i exponent = _mm512_srli_epi32(_mm512_castps_si512(clamped), 23);
  const __m512 next = _mm512_permutex2var_ps(_mm512_load_ps(d.next), exponent, _mm512_load_ps(d.next + kLanes));
  __m512i decade = _mm512_permutex2var_epi32(_mm512_load_si512(d.of), exponent, _mm512_load_si512(d.of + kLanes));
  decade = _mm512_mask_add_epi32(decade, _mm512_cmp_ps_mask(clamped, next, _CMP_GT_OQ), decade, _mm512_set1_epi32(1));
  __m512 y = _mm512_fmadd_ps(x, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.scale)),
                             _mm512_permutexvar_ps(decade, _mm512_load_ps(d.shift)));
  y = _mm512_min_ps(y, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.last)));
  const __m512 off = _mm512_reduce_ps(y, 0x08);
  *close = _mm512_cmp_ps_mask(_mm512_abs_ps(off), _mm512_set1_ps(1e-4f), _CMP_LT_OQ);
  return _mm512_cvttps_epi32(y);
}

GATUN_AVX512 void correct(const CodeMap &map, unsigned lanes, __m512 x, uint8_t *codes) {
  float values[kLanes];
  _mm512_storeu_ps(values, x);
  for (; lanes != 0; lanes &= lanes - 1) {
    const int lane = __builtin_ctz(lanes);
    codes[lane] = gatun::code_of(map, values[lane]);
  }
}

GATUN_AVX512 float largest(__m512i bits) {
  const int32_t max = _mm512_reduce_max_epi32(bits);
  return _mm512_cvtss_f32(_mm512_castsi512_ps(_mm512_set1_epi32(max)));
}

GATUN_AVX512 void step_on_lanes(const AdamSettings &a, const AdamBlock &b) {
  static const Decades signed_decades = decades(gatun::signed_map(), gatun::kZeroCode);
  static const Decades unsigned_decades = decades(gatun::unsigned_map(), 0);
  const CodeMap &map1 = gatun::signed_map(), &map2 = gatun::unsigned_map();
  alignas(64) float s1[gatun::kLargestBlock], s2[gatun::kLargestBlock];
  const __m512 b1 = _mm512_set1_ps(a.beta1), b2 = _mm512_set1_ps(a.beta2);
  const __m512 o1 = _mm512_set1_ps(a.one_minus_beta1), o2 = _mm512_set1_ps(a.one_minus_beta2);
  const __m512 max1 = _mm512_set1_ps(*b.absmax1), max2 = _mm512_set1_ps(*b.absmax2);
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff), zero = _mm512_set1_epi32(gatun::kZeroCode);
  const __m512i infinity = _mm512_set1_epi32(0x7f800000);
  const __m512 step_size = _mm512_set1_ps(a.step_size), eps = _mm512_set1_ps(a.eps), decay = _mm512_set1_ps(a.decay);
  __m512i top1 = _mm512_setzero_si512(), top2 = _mm512_setzero_si512();
  for (int i = 0; i < b.n; i += kLanes) {
    const __m512 g = _mm512_loadu_ps(b.grad + i);
    const __mmask16 finite = static_cast<__mmask16>(~_mm512_fpclass_ps_mask(g, 0x99));
    const __m512i c1 = _mm512_sub_epi32(load_codes(b.state1 + i), zero);
    __m512 v1 = pick128(map1.values + gatun::kZeroCode, _mm512_abs_epi32(c1));
    v1 = _mm512_mask_blend_ps(_mm512_cmpgt_epi32_mask(c1, zero), v1, _mm512_set1_ps(1));
    v1 = _mm512_mask_sub_ps(v1, _mm512_movepi32_mask(c1), _mm512_setzero_ps(), v1);
    const __m512 v2 = pick256(map2.values, load_codes(b.state2 + i));
    v1 = _mm512_maskz_add_ps(finite, _mm512_mul_ps(_mm512_mul_ps(v1, max1), b1), _mm512_mul_ps(o1, g));
    const __m512 w2 = _mm512_maskz_add_ps(finite, _mm512_mul_ps(_mm512_mul_ps(v2, max2), b2),
                                          _mm512_mul_ps(_mm512_mul_ps(o2, g), g));
    _mm512_store_ps(s1 + i, v1);
    _mm512_store_ps(s2 + i, w2);
    const __m512i m1 = _mm512_and_epi32(_mm512_castps_si512(v1), magnitude);
    const __m512i m2 = _mm512_and_epi32(_mm512_castps_si512(w2), magnitude);
    top1 = _mm512_mask_max_epi32(top1, _mm512_cmple_epi32_mask(m1, infinity), top1, m1);
    top2 = _mm512_mask_max_epi32(top2, _mm512_cmple_epi32_mask(m2, infinity), top2, m2);
    const __m512 p = _mm512_loadu_ps(b.param + i);
    const __m512 change = _mm512_div_ps(v1, _mm512_add_ps(_mm512_sqrt_ps(w2), eps));
    const __m512 q = _mm512_mul_ps(_mm512_add_ps(p, _mm512_mul_ps(step_size, change)), decay);
    _mm512_mask_storeu_ps(b.param + i, finite, q);
  }
  *b.absmax1 = largest(top1);
  *b.absmax2 = largest(top2);
  if (*b.absmax1 < kTiny || *b.absmax2 < kTiny) {
    gatun::quantize_moments(s1, s2, b);
    return;
  }
  const float scale1 = 1 / *b.absmax1, scale2 = 1 / *b.absmax2;
  const __m512 r1 = _mm512_set1_ps(scale1), r2 = _mm512_set1_ps(scale2);
  for (int i = 0; i < b.n; i += kLanes) {
    __mmask16 close1, close2;
    const __m512 x1 = _mm512_mul_ps(_mm512_load_ps(s1 + i), r1);
    const __m512 x2 = _mm512_mul_ps(_mm512_load_ps(s2 + i), r2);
    const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x1));
    __m512i c1 = place(signed_decades, _mm512_abs_ps(x1), &close1);
    const __m512i c2 = place(unsigned_decades, x2, &close2);
    c1 = _mm512_mask_max_epi32(c1, negative, c1, _mm512_set1_epi32(1));
    c1 = _mm512_mask_sub_epi32(_mm512_add_epi32(zero, c1), negative, zero, c1);
    c1 = _mm512_max_epi32(c1, _mm512_setzero_si512());
    _mm_storeu_si128(reinterpret_cast<__m128i *>(b.state1 + i), _mm512_cvtepi32_epi8(c1));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(b.state2 + i), _mm512_cvtepi32_epi8(c2));
    if (__builtin_expect((close1 | close2) != 0, 0)) {
      if (close1) correct(map1, close1, x1, b.state1 + i);
      if (close2) correct(map2, close2, x2, b.state2 + i);
    }
  }
}
// The last block of a parameter need not fill its vectors: it is worked on in buffers that do.
void step(const AdamSettings &a, const AdamBlock &b) {
  if (b.n % kLanes == 0) {
    step_on_lanes(a, b);
    return;
  }
  float param[gatun::kLargestBlock], grad[gatun::kLargestBlock];
  uint8_t state1[gatun::kLargestBlock], state2[gatun::kLargestBlock];
  const auto n = static_cast<size_t>(b.n);
  const int whole = (b.n + kLanes - 1) / kLanes * kLanes;
  std::memset(param, 0, static_cast<size_t>(whole) * sizeof *param);
  std::memset(grad, 0, static_cast<size_t>(whole) * sizeof *grad);
  std::memset(state1, gatun::kZeroCode, static_cast<size_t>(whole));
  std::memset(state2, 0, static_cast<size_t>(whole));
  std::memcpy(param, b.param, n * sizeof *param);
  std::memcpy(grad, b.grad, n * sizeof *grad);
  std::memcpy(state1, b.state1, n);
  std::memcpy(state2, b.state2, n);
  step_on_lanes(a, {param, grad, state1, state2, b.absmax1, b.absmax2, whole});
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
