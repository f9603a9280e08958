// One optimizer step on blocks with AVX-512.
#include "adam8bit.h"

#if defined(__x86_64__) && defined(__GNUC__)
#ifndef __clang__
// GCC 12 warns of its own header, which passes vectors whose lanes are all masked out.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <algorithm>
#include <cmath>
#include <cstring>

#include "adam8bit_avx512.h"

namespace {
using gatun::AdamBlocks;
using gatun::AdamSettings;
using gatun::CodeMap;
using gatun::codes_of;
using gatun::kLanes;
using gatun::packed;
using gatun::store_packed;

constexpr int kAtOnce = 4 * kLanes;

// A block whose new moments are known, and what is known of them.
struct Moments {
  alignas(64) float first[gatun::kLargestBlock];
  alignas(64) float second[gatun::kLargestBlock];
  float absmax1, absmax2;
  // Nothing is infinite, NaN, or too small to divide by. At rest, the first moments are 0, and the second ones may be.
  bool usual, at_rest;
};

struct Tops {
  __m512 first;
  __m512i second;  // bits of floats: those of what is not finite, as a gradient was not then, are the largest
};

struct Maps {
  const CodeMap &first = gatun::signed_map(), &second = gatun::unsigned_map();
};

// Sixteen numbers' new moments.
template <bool kGathers>
GATUN_INLINE void move(const AdamSettings &a, const AdamBlocks &b, int i, const Maps &maps, __m512 scale1, __m512 scale2,
                       Moments &to, Tops &tops) {
  const __m512 g = _mm512_loadu_ps(b.grad + i);
  const __m512 old1 = _mm512_mul_ps(gatun::signed_values<kGathers>(maps.first, b.state1 + i), scale1);
  const __m512 old2 = _mm512_mul_ps(gatun::unsigned_values<kGathers>(maps.second, b.state2 + i), scale2);
  const __m512 new1 = _mm512_add_ps(old1, _mm512_mul_ps(_mm512_set1_ps(a.one_minus_beta1), g));
  const __m512 new2 = _mm512_add_ps(old2, _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(a.one_minus_beta2), g), g));
  _mm512_store_ps(to.first + i, new1);
  _mm512_store_ps(to.second + i, new2);
  tops.first = _mm512_range_ps(tops.first, new1, gatun::kLargerMagnitude);
  tops.second = _mm512_max_epu32(tops.second, _mm512_castps_si512(new2));
}

GATUN_INLINE Tops no_tops() { return {_mm512_setzero_ps(), _mm512_setzero_si512()}; }

GATUN_INLINE void finish(const AdamBlocks &b, const Tops &tops, Moments &m) {
  const uint32_t top2 = _mm512_reduce_max_epu32(tops.second);
  m.absmax1 = _mm512_reduce_max_ps(tops.first);
  std::memcpy(&m.absmax2, &top2, sizeof top2);
  const bool numbers =
      std::isfinite(*b.absmax1) && std::isfinite(*b.absmax2) && std::isfinite(m.absmax1) && std::isfinite(m.absmax2);
  m.usual = numbers && m.absmax1 >= gatun::kTiny && m.absmax2 >= gatun::kTiny;
  m.at_rest = numbers && m.absmax1 == 0 && (m.absmax2 >= gatun::kTiny || m.absmax2 == 0);
}

template <bool kGathers>
GATUN_AVX512 void begin(const AdamSettings &a, const AdamBlocks &b, const Maps &maps, Moments &to) {
  const __m512 scale1 = _mm512_set1_ps(*b.absmax1 * a.beta1), scale2 = _mm512_set1_ps(*b.absmax2 * a.beta2);
  Tops tops = no_tops();
  for (int i = 0; i < b.size; i += kLanes) move<kGathers>(a, b, i, maps, scale1, scale2, to, tops);
  finish(b, tops, to);
}

GATUN_INLINE void update(const AdamSettings &a, float *param, __m512 m, __m512 root) {
  const __m512 change = _mm512_mul_ps(_mm512_set1_ps(a.step_size), _mm512_div_ps(m, root));
  _mm512_storeu_ps(param, _mm512_mul_ps(_mm512_add_ps(_mm512_loadu_ps(param), change), _mm512_set1_ps(a.decay)));
}

// Ends a block's step and begins the next block's in the same memory, which no number of the first's leads to: the processor
// works on both at once, and on square roots and divisions beside, which have a unit of their own. What follows is on its way
// from memory.
template <bool kGathers>
GATUN_AVX512 void end_and_begin(const AdamSettings &settings, const AdamBlocks &block, const AdamBlocks &following,
                                const Maps &maps, Moments &m) {
  const AdamSettings a = settings;  // copies, which stores of bytes cannot change
  const AdamBlocks b = block, f = following;
  const __m512 reciprocal1 = _mm512_set1_ps(1.0f / m.absmax1), reciprocal2 = _mm512_set1_ps(1.0f / m.absmax2);
  const __m512 scale1 = _mm512_set1_ps(*f.absmax1 * a.beta1), scale2 = _mm512_set1_ps(*f.absmax2 * a.beta2);
  Tops tops = no_tops();
  for (int i = 0; i < b.size; i += kAtOnce) {
    __m512i codes1[4], codes2[4], firsts[4];
    __builtin_prefetch(f.state1 + f.size + i, 1);
    __builtin_prefetch(f.state2 + f.size + i, 1);
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
      const int at = i + k * kLanes;
      __builtin_prefetch(f.param + at, 1);
      __builtin_prefetch(f.grad + f.size + at);
      const __m512 m1 = _mm512_load_ps(m.first + at), m2 = _mm512_load_ps(m.second + at);
      const __m512 root = _mm512_add_ps(_mm512_sqrt_ps(m2), _mm512_set1_ps(a.eps));
      move<kGathers>(a, f, at, maps, scale1, scale2, m, tops);
      codes1[k] = codes_of(maps.first.decades, _mm512_mul_ps(m1, reciprocal1));
      codes2[k] = codes_of(maps.second.decades, _mm512_mul_ps(m2, reciprocal2));
      firsts[k] = _mm512_castps_si512(m1);
      update(a, b.param + at, m1, root);
    }
    gatun::store_signed_codes(b.state1 + i, packed(codes1), gatun::packed_signs(firsts));
    store_packed(b.state2 + i, packed(codes2));
  }
  *b.absmax1 = m.absmax1;
  *b.absmax2 = m.absmax2;
  finish(f, tops, m);
}

// Ends a block at rest, such as that of an embedding's row for a token that was not seen yet or for long, with the codes that
// adam8bit_portable gives it.
GATUN_AVX512 void end_at_rest(const AdamSettings &a, const AdamBlocks &b, const Maps &maps, const Moments &m) {
  const __m512 reciprocal = _mm512_set1_ps(m.absmax2 == 0 ? 0 : 1.0f / m.absmax2);
  for (int i = 0; i < b.size; i += kAtOnce) {
    __m512i codes[4];
    for (int k = 0; k < 4; k++) {
      const int at = i + k * kLanes;
      const __m512 m1 = _mm512_load_ps(m.first + at), m2 = _mm512_load_ps(m.second + at);
      const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(m1));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(b.state1 + at), _mm_movm_epi8(_knot_mask16(negative)));
      codes[k] = codes_of(maps.second.decades, _mm512_mul_ps(m2, reciprocal));
      update(a, b.param + at, m1, _mm512_add_ps(_mm512_sqrt_ps(m2), _mm512_set1_ps(a.eps)));
    }
    store_packed(b.state2 + i, packed(codes));
  }
  *b.absmax1 = m.absmax1;
  *b.absmax2 = m.absmax2;
}

AdamBlocks block_of(const AdamBlocks &b, int64_t k) {
  const int64_t from = k * b.size;
  return {b.param + from, b.grad + from, b.state1 + from, b.state2 + from, b.absmax1 + k, b.absmax2 + k, b.size, b.size};
}

// Whole blocks of a size that fills vectors. The last is followed by itself: what is begun then is not used.
template <bool kGathers>
void step_on_vectors(const AdamSettings &a, const AdamBlocks &b) {
  const Maps maps;
  Moments m;
  const int64_t count = b.n / b.size;
  begin<kGathers>(a, block_of(b, 0), maps, m);
  for (int64_t k = 0; k < count; k++) {
    const AdamBlocks block = block_of(b, k), following = block_of(b, std::min(k + 1, count - 1));
    if (m.usual) {
      end_and_begin<kGathers>(a, block, following, maps, m);
      continue;
    }
    m.at_rest ? end_at_rest(a, block, maps, m) : gatun::adam8bit_portable(a, block);
    if (k + 1 < count) begin<kGathers>(a, following, maps, m);
  }
}

// A block that does not fill its vectors is worked on in buffers that do.
template <bool kGathers>
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
  step_on_vectors<kGathers>(a, {param, grad, state1, state2, b.absmax1, b.absmax2, whole, whole});
  std::memcpy(b.param, param, n * sizeof *param);
  std::memcpy(b.state1, state1, n);
  std::memcpy(b.state2, state2, n);
}

template <bool kGathers>
void step(const AdamSettings &a, const AdamBlocks &b) {
  const int64_t whole = b.size % kAtOnce == 0 ? b.n / b.size * b.size : 0;
  if (whole > 0) step_on_vectors<kGathers>(a, {b.param, b.grad, b.state1, b.state2, b.absmax1, b.absmax2, whole, b.size});
  for (int64_t from = whole, k = whole / b.size; from < b.n; from += b.size, k++) {
    step_on_part<kGathers>(a, {b.param + from, b.grad + from, b.state1 + from, b.state2 + from, b.absmax1 + k, b.absmax2 + k,
                     std::min<int64_t>(b.size, b.n - from), b.size});
  }
}
}  // namespace

namespace gatun {
std::vector<AdamKernel> adam8bit_avx512() {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl")) {
    return {};
  }
#if __GNUC__ >= 12 || __clang_major__ >= 14
  // Intel's Sapphire Rapids was the first with this. Processors before it have gathers that a cure of a fault (Downfall)
  // made slow, and so far AMD's take one element after the other.
  if (__builtin_cpu_supports("avx512fp16")) return {&step<true>, &step<false>};
#endif
  return {&step<false>, &step<true>};
}
}  // namespace gatun
#else
namespace gatun {
std::vector<AdamKernel> adam8bit_avx512() { return {}; }
}  // namespace gatun
#endif
