// One step on one block in plain loops, which the compiler turns into vectors of whatever width there is.
#include <algorithm>
#include <cstring>

#include "adam8bit.h"
#include "clones.h"

namespace {
using gatun::AdamBlocks;
using gatun::AdamSettings;
using gatun::CodeMap;
using gatun::kLargestBlock;

constexpr int32_t kMagnitude = 0x7fffffff;
constexpr int32_t kInfinity = 0x7f800000;
constexpr float kScaleUp = 0x1p60f;

inline int32_t bits_of(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline float float_of(int32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

inline bool is_finite(float x) { return (bits_of(x) & kInfinity) != kInfinity; }

GATUN_CLONES void values_of(const float *__restrict values, const uint8_t *__restrict codes, float *__restrict x, int n) {
  for (int i = 0; i < n; i++) x[i] = values[codes[i]];
}

// The maxima are compared as integers, which no compiler option must allow first; NaN does not count.
GATUN_CLONES void moments(const AdamSettings &a, const float *__restrict grad, float *__restrict m, float *__restrict v,
                          int n, float *absmax1, float *absmax2) {
  const float scale1 = *absmax1 * a.beta1, scale2 = *absmax2 * a.beta2;
  int32_t top1 = 0, top2 = 0;
  for (int i = 0; i < n; i++) {
    const float g = grad[i];
    const float new1 = m[i] * scale1 + a.one_minus_beta1 * g;
    const float new2 = v[i] * scale2 + a.one_minus_beta2 * g * g;
    m[i] = is_finite(g) ? new1 : 0.0f;
    v[i] = is_finite(g) ? new2 : 0.0f;
    const int32_t bits1 = bits_of(m[i]) & kMagnitude, bits2 = bits_of(v[i]) & kMagnitude;
    const int32_t number1 = bits1 <= kInfinity ? bits1 : 0, number2 = bits2 <= kInfinity ? bits2 : 0;
    top1 = number1 > top1 ? number1 : top1;
    top2 = number2 > top2 ? number2 : top2;
  }
  *absmax1 = float_of(top1);
  *absmax2 = float_of(top2);
}

GATUN_CLONES void update(const AdamSettings &a, float *__restrict param, const float *__restrict grad,
                         const float *__restrict m, const float *__restrict v, int n) {
  for (int i = 0; i < n; i++) {
    const float change = a.step_size * (m[i] / (__builtin_sqrtf(v[i]) + a.eps));
    const float moved = (param[i] + change) * a.decay;
    param[i] = is_finite(grad[i]) ? moved : param[i];
  }
}

// The search of gatun::code_of, for many numbers scaled by one.
GATUN_CLONES void codes_of(const CodeMap &map, const float *__restrict x, float up, float scale, uint8_t *__restrict codes,
                           int n) {
  for (int i = 0; i < n; i++) {
    const int32_t bits = bits_of(x[i] * up * scale);
    const int32_t key = bits ^ ((bits >> 31) & kMagnitude);
    codes[i] = static_cast<uint8_t>((map.codes[(key >> 16) + 32768] + static_cast<uint32_t>(key & 0xffff)) >> 16);
  }
}

GATUN_CLONES float largest(const float *__restrict x, int n) {
  int32_t top = 0;
  for (int i = 0; i < n; i++) {
    const int32_t bits = bits_of(x[i]) & kMagnitude;
    const int32_t number = bits <= kInfinity ? bits : 0;
    top = number > top ? number : top;
  }
  return float_of(top);
}

void quantize(const CodeMap &map, const float *x, float absmax, uint8_t *codes, int n) {
  const float up = absmax < gatun::kTiny ? kScaleUp : 1.0f;
  codes_of(map, x, up, 1.0f / (absmax * up), codes, n);
}

GATUN_CLONES void keep_signs(const float *__restrict x, uint8_t *__restrict codes, int n) {
  for (int i = 0; i < n; i++) {
    const bool lost = (bits_of(x[i]) < 0) & (codes[i] == gatun::kZeroCode);
    codes[i] = static_cast<uint8_t>(codes[i] - lost);
  }
}

GATUN_CLONES void codes_of_zeros(const float *__restrict x, uint8_t *__restrict codes, int n) {
  for (int i = 0; i < n; i++) codes[i] = bits_of(x[i]) < 0 ? 0 : gatun::kCodes - 1;
}

void quantize_moments(const float *moment1, const float *moment2, const AdamBlocks &b) {
  const int n = static_cast<int>(b.n);
  quantize(gatun::signed_map(), moment1, *b.absmax1, b.state1, n);
  quantize(gatun::unsigned_map(), moment2, *b.absmax2, b.state2, n);
  // A number must not lose its sign, so what is negative goes below 0. Where all are 0, bitsandbytes gets the code 0 from
  // its search for NaN, and takes one off from what is not negative, so that it wraps: nothing reads these.
  *b.absmax1 == 0 ? codes_of_zeros(moment1, b.state1, n) : keep_signs(moment1, b.state1, n);
}

void step_on_block(const AdamSettings &a, const AdamBlocks &b) {
  float m[kLargestBlock], v[kLargestBlock];
  const int n = static_cast<int>(b.n);
  values_of(gatun::signed_map().values, b.state1, m, n);
  values_of(gatun::unsigned_map().values, b.state2, v, n);
  moments(a, b.grad, m, v, n, b.absmax1, b.absmax2);
  update(a, b.param, b.grad, m, v, n);
  quantize_moments(m, v, b);
}
}  // namespace

namespace gatun {
float quantize_block(const CodeMap &map, const float *x, uint8_t *codes, int n) {
  const float absmax = largest(x, n);
  quantize(map, x, absmax, codes, n);
  return absmax;
}

void adam8bit_portable(const AdamSettings &a, const AdamBlocks &b) {
  for (int64_t from = 0, block = 0; from < b.n; from += b.size, block++) {
    step_on_block(a, {b.param + from, b.grad + from, b.state1 + from, b.state2 + from, b.absmax1 + block, b.absmax2 + block,
                      std::min<int64_t>(b.size, b.n - from), b.size});
  }
}

GATUN_CLONES void adam32bit(const AdamSettings &a, float *__restrict param, const float *__restrict grad,
                            float *__restrict moment1, float *__restrict moment2, int n) {
  for (int i = 0; i < n; i++) {
    const float g = grad[i];
    const float m = moment1[i] * a.beta1 + a.one_minus_beta1 * g;
    const float v = moment2[i] * a.beta2 + a.one_minus_beta2 * (g * g);
    moment1[i] = m;
    moment2[i] = v;
    param[i] = (param[i] + a.step_size * (m / (__builtin_sqrtf(v) + a.eps))) * a.decay;
  }
}

GATUN_CLONES void from_bfloat16(const uint16_t *__restrict source, float *__restrict target, int n) {
  for (int i = 0; i < n; i++) target[i] = float_of(static_cast<int32_t>(static_cast<uint32_t>(source[i]) << 16));
}
}  // namespace gatun

namespace {
inline int32_t rounded_number(float x) {
  const int32_t bits = bits_of(x);
  return (bits + 0x7fff + ((bits >> 16) & 1)) & static_cast<int32_t>(0xffff0000);
}

inline int32_t rounded(float x) {
  // Rounding as that of a number could make a NaN infinite.
  const int32_t bits = bits_of(x);
  return (bits & kMagnitude) > kInfinity ? (bits | 0x400000) & static_cast<int32_t>(0xffff0000) : rounded_number(x);
}

inline uint16_t upper_half(int32_t bits) { return static_cast<uint16_t>(static_cast<uint32_t>(bits) >> 16); }

GATUN_CLONES bool all_finite(const float *__restrict x, const float *__restrict y, int n) {
  int32_t largest = 0;
  for (int i = 0; i < n; i++) {
    const int32_t a = bits_of(x[i]) & kMagnitude, b = bits_of(y[i]) & kMagnitude;
    largest = std::max(largest, std::max(a, b));
  }
  return largest < kInfinity;
}

GATUN_CLONES void numbers_to_bfloat16(const float *__restrict source, float decay, uint16_t *__restrict target, int n) {
  for (int i = 0; i < n; i++) target[i] = upper_half(rounded_number(float_of(rounded_number(source[i])) * decay));
}
}  // namespace

namespace gatun {
void to_bfloat16(const float *source, const float *grad, float decay, uint16_t *target, int n) {
  if (all_finite(source, grad, n)) {
    numbers_to_bfloat16(source, decay, target, n);
    return;
  }
  for (int i = 0; i < n; i++) {
    const int32_t once = rounded(source[i]);
    target[i] = upper_half(is_finite(grad[i]) ? rounded(float_of(once) * decay) : once);
  }
}
}  // namespace gatun
