// 8-bit optimizer state as bitsandbytes has it: the two maps, and one step of Adam on one block of a parameter.
#pragma once

#include <cstdint>

namespace gatun {
constexpr int kCodes = 256;
constexpr int kZeroCode = 127;  // of the signed map
constexpr int kLargestBlock = 4096;

// A map, and how to find the code of a number. thresholds[k] is the largest number that is still not above the boundary
// between the codes k and k + 1, so a code is the count of thresholds below the number, at ties too, where bitsandbytes'
// search takes the even code. codes has an entry for every upper half of a float, in the order of the numbers: at most one
// threshold has that half, and (entry + lower half) >> 16 is the code.
struct CodeMap {
  alignas(64) float values[kCodes];
  float thresholds[kCodes - 1];
  uint32_t codes[65536];
  alignas(64) float magnitudes[128];  // of the signed map: 0 and the positive numbers below 1
};

const CodeMap &signed_map();
const CodeMap &unsigned_map();
// The nearest number's code; 0 for NaN.
uint8_t code_of(const CodeMap &map, float x);

struct AdamSettings {
  float beta1, beta2;
  float one_minus_beta1, one_minus_beta2;
  float step_size;  // -lr * correction2 / correction1
  float eps;        // times correction2
  float decay;      // 1 - lr * weight decay, or 1 without
};

// n numbers. Those whose gradient is not finite stay, and their state becomes 0.
struct AdamBlock {
  float *param;
  const float *grad;
  uint8_t *state1;
  uint8_t *state2;
  float *absmax1;
  float *absmax2;
  int n;
};

// One step on a block: reads the state, writes parameter and state. All kernels give the same bits.
using AdamKernel = void (*)(const AdamSettings &, const AdamBlock &);
void adam8bit_portable(const AdamSettings &, const AdamBlock &);
// The one for processors with AVX-512, or null where this one lacks it.
AdamKernel adam8bit_avx512();

// What is left of a step when the moments and their maxima are there: state1 and state2 become their codes.
void quantize_moments(const float *moment1, const float *moment2, const AdamBlock &);

// Writes the codes of a block, without a care for signs; returns the largest magnitude.
float quantize_block(const CodeMap &map, const float *x, uint8_t *codes, int n);

// The same step with float32 moments.
void adam32bit(const AdamSettings &, float *param, const float *grad, float *moment1, float *moment2, int n);

// Upper halves of float32. to_bfloat16 rounds to nearest, ties to even, multiplies those with a finite gradient by decay if
// that is not 1, and rounds again, as bitsandbytes does.
void from_bfloat16(const uint16_t *source, float *target, int n);
void to_bfloat16(const float *source, const float *grad, float decay, uint16_t *target, int n);
}  // namespace gatun
