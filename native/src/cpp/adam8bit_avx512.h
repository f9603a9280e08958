// Sixteen codes to numbers and numbers to codes with AVX-512. Codes of numbers are reckoned, by straight lines whose few numbers
// vector permutes look up. So are numbers of codes, but where gathers are fast: on most processors two of them take longer
// than all the rest.
#pragma once

#include <immintrin.h>

#include "adam8bit.h"

#define GATUN_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define GATUN_INLINE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"), always_inline)) static inline

namespace gatun {
constexpr int kLargerMagnitude = 0x0b;  // of two numbers, without its sign

GATUN_INLINE __m512 pick32(const float *values, __m512i index) {
  return _mm512_permutex2var_ps(_mm512_load_ps(values), index, _mm512_load_ps(values + kLanes));
}

GATUN_INLINE __m128i sixteen(const uint8_t *codes) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(codes)); }

// Four times q (see Lines) for the codes, of which one has the q 0: the codes become the last bytes of floats of 2^25.
GATUN_INLINE __m512 distances(const uint8_t *codes, int zero) {
  const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  constexpr __mmask64 last_bytes = 0x1111111111111111;
  const __m512i shifted = _mm512_mask_shuffle_epi8(_mm512_castps_si512(_mm512_set1_ps(0x1p25f)), last_bytes,
                                                   _mm512_broadcast_i32x4(sixteen(codes)), order);
  return _mm512_sub_ps(_mm512_castsi512_ps(shifted), _mm512_set1_ps(0x1p25f + 4.0f * static_cast<float>(zero)));
}

GATUN_INLINE __m512 magnitudes(const Lines &lines, __m512 distances) {
  const __m512i bits = _mm512_castps_si512(distances);
  const __m512i index = _mm512_srli_epi32(bits, 22);
  const __m512 fraction = _mm512_cvtepi32_ps(_mm512_and_si512(bits, _mm512_set1_epi32(0x7fffff)));
  return _mm512_fmadd_ps(pick32(lines.slope, index), fraction, pick32(lines.at, index));
}

GATUN_INLINE __m512 gathered(const CodeMap &map, const uint8_t *codes) {
  return _mm512_i32gather_ps(_mm512_cvtepu8_epi32(sixteen(codes)), map.values, sizeof *map.values);
}

template <bool kGathers>
GATUN_INLINE __m512 signed_values(const CodeMap &map, const uint8_t *codes) {
  if (kGathers) return gathered(map, codes);
  const __m512 q = distances(codes, kZeroCode);
  constexpr int x_or_sign_of_q = 0xf8;
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(magnitudes(map.lines, q)),
                                                       _mm512_castps_si512(q), _mm512_set1_epi32(INT32_MIN),
                                                       x_or_sign_of_q));
}

template <bool kGathers>
GATUN_INLINE __m512 unsigned_values(const CodeMap &map, const uint8_t *codes) {
  return kGathers ? gathered(map, codes) : magnitudes(map.lines, distances(codes, -1));
}

// |x|'s codes, as distances from the code of 0.
GATUN_INLINE __m512i codes_of(const Decades &d, __m512 x) {
  x = _mm512_range_ps(x, _mm512_set1_ps(kLeast), kLargerMagnitude);
  const __m512i exponent = _mm512_srli_epi32(_mm512_castps_si512(x), 23);
  const __m512 until = pick32(d.until, exponent);
  const __mmask16 above = _mm512_cmp_ps_mask(x, until, _CMP_GT_OQ);
  __m512i decade = _mm512_castps_si512(until);  // its last four bits, which are all that a permute looks at
  decade = _mm512_mask_sub_epi32(decade, above, decade, _mm512_set1_epi32(-1));
  const __m512 y = _mm512_fmadd_ps(x, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.scale)),
                                   _mm512_permutexvar_ps(decade, _mm512_load_ps(d.shift)));
  return _mm512_cvttps_epi32(_mm512_min_ps(y, _mm512_permutexvar_ps(decade, _mm512_load_ps(d.last))));
}

// The bytes of four vectors, 64 of them, in an order of their own.
GATUN_INLINE __m512i packed(const __m512i *v) {
  return _mm512_packus_epi16(_mm512_packus_epi32(v[0], v[1]), _mm512_packus_epi32(v[2], v[3]));
}

GATUN_INLINE __mmask64 packed_signs(const __m512i *v) {
  return _mm512_movepi8_mask(_mm512_packs_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3])));
}

GATUN_INLINE void store_packed(uint8_t *codes, __m512i packed) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(order, packed));
}

// A number must not lose its sign: what is negative goes below the code of 0, and 0 is the last.
GATUN_INLINE void store_signed_codes(uint8_t *codes, __m512i distances, __mmask64 negative) {
  const __m512i zero = _mm512_set1_epi8(kZeroCode);
  const __m512i down = _mm512_max_epu8(distances, _mm512_set1_epi8(1));
  store_packed(codes, _mm512_mask_subs_epu8(_mm512_add_epi8(zero, distances), negative, zero, down));
}
}  // namespace gatun
