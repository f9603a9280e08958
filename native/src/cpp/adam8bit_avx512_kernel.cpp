// One optimizer step on blocks with AVX-512. Numbers of codes and codes of numbers are reckoned, by straight lines whose few
// numbers vector permutes look up: a gather takes several times as long as all the arithmetic.
#include "adam8bit.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
// GCC 12 warns of its own header, which passes vectors whose lanes are all masked out.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#define GATUN_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define GATUN_INLINE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"), always_inline)) static inline

namespace {
using gatun::AdamBlocks;
using gatun::AdamSettings;
using gatun::CodeMap;
using gatun::Decades;
using gatun::kLanes;
using gatun::Lines;

constexpr int kAtOnce = 4 * kLanes;
constexpr float kTiny = 0x1p-100f;  // see adam8bit_portable_kernel.cpp
constexpr int kLargerMagnitude = 0x0b;

GATUN_INLINE __m512 pick32(const float *values, __m512i index) {
  return _mm512_permutex2var_ps(_mm512_load_ps(values), index, _mm512_load_ps(values + kLanes));
}

// Four times q (see Lines) for the codes, of which one has the q 0: the codes become the last bits of floats by 2^25.
GATUN_INLINE __m512 distances(const uint8_t *codes, int zero) {
  const __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(codes)));
  const __m512i shifted = _mm512_or_si512(wide, _mm512_castps_si512(_mm512_set1_ps(0x1p25f)));
  return _mm512_sub_ps(_mm512_castsi512_ps(shifted), _mm512_set1_ps(0x1p25f + 4.0f * static_cast<float>(zero)));
}

GATUN_INLINE __m512 magnitudes(const Lines &lines, __m512 distances) {
  const __m512i bits = _mm512_castps_si512(distances);
  const __m512i index = _mm512_srli_epi32(bits, 22);
  const __m512 fraction = _mm512_cvtepi32_ps(_mm512_and_si512(bits, _mm512_set1_epi32(0x7fffff)));
  return _mm512_fmadd_ps(pick32(lines.slope, index), fraction, pick32(lines.at, index));
}

GATUN_INLINE __m512 signed_values(const Lines &lines, const uint8_t *codes) {
  const __m512 q = distances(codes, gatun::kZeroCode);
  constexpr int x_or_sign_of_q = 0xf8;
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(magnitudes(lines, q)), _mm512_castps_si512(q),
                                                       _mm512_set1_epi32(INT32_MIN), x_or_sign_of_q));
}

GATUN_INLINE __m512 unsigned_values(const Lines &lines, const uint8_t *codes) {
  return magnitudes(lines, distances(codes, -1));
}

// A place in the map, between a code and the next, for |x|.
GATUN_INLINE __m512 place(const Decades &d, __m512 x) {
  x = _mm512_range_ps(x, _mm512_set1_ps(gatun::kLeast), kLargerMagnitude);
  const __m512i exponent = _mm512_srli_epi32(_mm512_castps_si512(x), 23);
  const __m512 until = pick32(d.until, exponent);
  const __mmask16 above = _mm512_cmp_ps_mask(x, until, _CMP_GT_OQ);
  __m512i decade = _mm512_castps_si512(until);  // its last four bits, which are all that a permute looks at
  decade = _mm512_mask_sub_epi32(decade, above, decade, _mm512_set1_epi32(-1));
  const __m512 y = _mm512_fmadd_ps(x, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.scale)),
                                   _mm512_permutexvar_ps(decade, _mm512_load_ps(d.shift)));
  return _mm512_min_ps(y, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.last)));
}

// A number must not lose its sign: what is negative goes below 0.
GATUN_INLINE __m512i signed_codes(const Decades &d, __m512 x) {
  const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
  const __m512i code = _mm512_cvttps_epi32(place(d, x));
  const __m512i mirrored = _mm512_mask_sub_epi32(code, negative, _mm512_set1_epi32(2 * gatun::kZeroCode), code);
  return _mm512_mask_min_epi32(mirrored, negative, mirrored, _mm512_set1_epi32(gatun::kZeroCode - 1));
}

// 64 codes of four vectors; below 0 is 0.
GATUN_INLINE void store_codes(uint8_t *codes, const __m512i *c) {
  const __m512i packed = _mm512_packus_epi16(_mm512_packus_epi32(c[0], c[1]), _mm512_packus_epi32(c[2], c[3]));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(order, packed));
}

// A block whose new moments are known, and what is known of them.
struct Moments {
  alignas(64) float first[gatun::kLargestBlock];
  alignas(64) float second[gatun::kLargestBlock];
  float absmax1, absmax2;
  bool usual;  // nothing is infinite, NaN, or too small to divide by
};

struct Tops {
  __m512 first, second;
  __m512 not_finite;  // NaN where a gradient was not finite, otherwise 0
};

GATUN_INLINE __m512 larger(__m512 top, __m512 x) { return _mm512_range_ps(top, x, kLargerMagnitude); }

// Sixteen numbers' new moments.
GATUN_INLINE void move(const AdamSettings &a, const AdamBlocks &b, int i, const Lines &lines1, const Lines &lines2,
                       __m512 scale1, __m512 scale2, Moments &to, Tops &tops) {
  const __m512 g = _mm512_loadu_ps(b.grad + i);
  const __m512 old1 = _mm512_mul_ps(signed_values(lines1, b.state1 + i), scale1);
  const __m512 old2 = _mm512_mul_ps(unsigned_values(lines2, b.state2 + i), scale2);
  const __m512 new1 = _mm512_add_ps(old1, _mm512_mul_ps(_mm512_set1_ps(a.one_minus_beta1), g));
  const __m512 new2 = _mm512_add_ps(old2, _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(a.one_minus_beta2), g), g));
  _mm512_store_ps(to.first + i, new1);
  _mm512_store_ps(to.second + i, new2);
  tops.first = larger(tops.first, new1);
  tops.second = larger(tops.second, new2);
  tops.not_finite = _mm512_fmadd_ps(g, _mm512_setzero_ps(), tops.not_finite);
}

GATUN_INLINE void finish(const AdamBlocks &b, const Tops &tops, Moments &m) {
  m.absmax1 = _mm512_reduce_max_ps(tops.first);
  m.absmax2 = _mm512_reduce_max_ps(tops.second);
  const bool numbers = _mm512_cmp_ps_mask(tops.not_finite, tops.not_finite, _CMP_UNORD_Q) == 0 &&
                       std::isfinite(*b.absmax1) && std::isfinite(*b.absmax2);
  m.usual = numbers && std::isfinite(m.absmax1) && std::isfinite(m.absmax2) && m.absmax1 >= kTiny && m.absmax2 >= kTiny;
}

GATUN_INLINE Tops no_tops() { return {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()}; }

GATUN_AVX512 void moments(const AdamSettings &a, const AdamBlocks &b, Moments &to) {
  const Lines &lines1 = gatun::signed_map().lines, &lines2 = gatun::unsigned_map().lines;
  const __m512 scale1 = _mm512_set1_ps(*b.absmax1 * a.beta1), scale2 = _mm512_set1_ps(*b.absmax2 * a.beta2);
  Tops tops = no_tops();
  for (int i = 0; i < b.size; i += kLanes) move(a, b, i, lines1, lines2, scale1, scale2, to, tops);
  finish(b, tops, to);
}

GATUN_INLINE void update(const AdamSettings &a, float *param, __m512 m, __m512 root) {
  const __m512 change = _mm512_mul_ps(_mm512_set1_ps(a.step_size), _mm512_div_ps(m, root));
  _mm512_storeu_ps(param, _mm512_mul_ps(_mm512_add_ps(_mm512_loadu_ps(param), change), _mm512_set1_ps(a.decay)));
}

// Ends a block's step and begins the next block's, which no number of the first's leads to: the processor works on both at
// once, and on square roots and divisions beside, which have a unit of their own. What follows is on its way from memory.
GATUN_AVX512 void end_and_begin(const AdamSettings &settings, const AdamBlocks &block, const Moments &m,
                                const AdamBlocks &following, Moments &next) {
  const AdamSettings a = settings;  // copies, which stores of bytes cannot change
  const AdamBlocks b = block, f = following;
  const CodeMap &map1 = gatun::signed_map(), &map2 = gatun::unsigned_map();
  const __m512 reciprocal1 = _mm512_set1_ps(1.0f / m.absmax1), reciprocal2 = _mm512_set1_ps(1.0f / m.absmax2);
  const __m512 scale1 = _mm512_set1_ps(*f.absmax1 * a.beta1), scale2 = _mm512_set1_ps(*f.absmax2 * a.beta2);
  Tops tops = no_tops();
  for (int i = 0; i < b.size; i += kAtOnce) {
    __m512i codes1[4], codes2[4];
    __builtin_prefetch(f.state1 + f.size + i, 1);
    __builtin_prefetch(f.state2 + f.size + i, 1);
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
      const int at = i + k * kLanes;
      __builtin_prefetch(f.param + at, 1);
      __builtin_prefetch(f.grad + f.size + at);
      const __m512 m1 = _mm512_load_ps(m.first + at), m2 = _mm512_load_ps(m.second + at);
      const __m512 root = _mm512_add_ps(_mm512_sqrt_ps(m2), _mm512_set1_ps(a.eps));
      move(a, f, at, map1.lines, map2.lines, scale1, scale2, next, tops);
      codes1[k] = signed_codes(map1.decades, _mm512_mul_ps(m1, reciprocal1));
      codes2[k] = _mm512_cvttps_epi32(place(map2.decades, _mm512_mul_ps(m2, reciprocal2)));
      update(a, b.param + at, m1, root);
    }
    store_codes(b.state1 + i, codes1);
    store_codes(b.state2 + i, codes2);
  }
  *b.absmax1 = m.absmax1;
  *b.absmax2 = m.absmax2;
  finish(f, tops, next);
}

AdamBlocks block_of(const AdamBlocks &b, int64_t k) {
  const int64_t from = k * b.size;
  return {b.param + from, b.grad + from, b.state1 + from, b.state2 + from, b.absmax1 + k, b.absmax2 + k, b.size, b.size};
}

// Whole blocks of a size that fills vectors. The last is followed by itself: what is begun then is not used.
void step_on_vectors(const AdamSettings &a, const AdamBlocks &b) {
  Moments buffers[2];
  const int64_t count = b.n / b.size;
  moments(a, block_of(b, 0), buffers[0]);
  for (int64_t k = 0; k < count; k++) {
    const AdamBlocks block = block_of(b, k), following = block_of(b, std::min(k + 1, count - 1));
    Moments &next = buffers[(k + 1) % 2];
    if (buffers[k % 2].usual) {
      end_and_begin(a, block, buffers[k % 2], following, next);
    } else {
      gatun::adam8bit_portable(a, block);
      if (k + 1 < count) moments(a, following, next);
    }
  }
}

// A block that does not fill its vectors is worked on in buffers that do.
void step_on_part(const AdamSettings &a, const AdamBlocks &b) {
  float param[gatun::kLargestBlock], grad[gatun::kLargestBlock];
  uint8_t state1[gatun::kLargestBlock], state2[gatun::kLargestBlock];
  const auto n = static_cast<size_t>(b.n);
  const int whole = static_cast<int>((b.n + kAtOnce - 1) / kAtOnce * kAtOnce);
  std::memset(param, 0, static_cast<size_t>(whole) * sizeof *param);
  std::memset(grad, 0, static_cast<size_t>(whole) * sizeof *grad);
  std::memset(state1, gatun::kZeroCode, static_cast<size_t>(whole));
  std::memset(state2, 0, static_cast<size_t>(whole));
  std::memcpy(param, b.param, n * sizeof *param);
  std::memcpy(grad, b.grad, n * sizeof *grad);
  std::memcpy(state1, b.state1, n);
  std::memcpy(state2, b.state2, n);
  step_on_vectors(a, {param, grad, state1, state2, b.absmax1, b.absmax2, whole, whole});
  std::memcpy(b.param, param, n * sizeof *param);
  std::memcpy(b.state1, state1, n);
  std::memcpy(b.state2, state2, n);
}

void step(const AdamSettings &a, const AdamBlocks &b) {
  const int64_t whole = b.size % kAtOnce == 0 ? b.n / b.size * b.size : 0;
  if (whole > 0) step_on_vectors(a, {b.param, b.grad, b.state1, b.state2, b.absmax1, b.absmax2, whole, b.size});
  for (int64_t from = whole, k = whole / b.size; from < b.n; from += b.size, k++) {
    step_on_part(a, {b.param + from, b.grad + from, b.state1 + from, b.state2 + from, b.absmax1 + k, b.absmax2 + k,
                     std::min<int64_t>(b.size, b.n - from), b.size});
  }
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
