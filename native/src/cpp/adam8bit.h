// 8-bit optimizer state as bitsandbytes has it: the two maps, and one step of Adam on blocks of a parameter.
#pragma once

#include <cstdint>
#include <vector>

namespace gatun {
constexpr int kCodes = 256;
constexpr int kZeroCode = 127;  // of the signed map
constexpr int kLargestBlock = 4096;

constexpr int kLanes = 16;  // of the widest vectors

// Where the numbers of a map lie. bitsandbytes' numbers of a decade are equally spaced but for rounding, so within half a decade
// they are points of a straight line to within a unit in the last place, and that line is our map. Let q be a code's distance from
// the code of 0 (in the unsigned map, one more); the upper half of the fraction of q as a float tells the half of the decade.
struct Lines {
  alignas(64) float at[2 * kLanes];     // where the decade begins, for this half's line
  alignas(64) float slope[2 * kLanes];  // for a fraction as an integer of 23 bits
};

// How to place x >= 0 among the numbers of a map that are not negative: decade 0 is zero, 8 is one; in between the distance from
// the code of 0 is scale * x + shift in one rounding, cut off, at most last.
struct Decades {
  alignas(64) float scale[kLanes];
  alignas(64) float shift[kLanes];
  alignas(64) float last[kLanes];
  // By the lower bits of a float's exponent: the largest number in its binade before the next decade begins. The last four
  // bits of it are the decade it is in.
  alignas(64) float until[2 * kLanes];
};

constexpr float kLeast = 0x1p-31f;  // well below both maps' first boundaries

// A map, and how to find the code of a number. thresholds[k] is the largest number that has no code above k. codes has an entry
// for every upper half of a float, in the order of the numbers: at most one threshold has that half, and
// (entry + lower half) >> 16 is the code. Lines and decades give the same without a memory to look up in.
struct CodeMap {
  alignas(64) float values[kCodes];
  float thresholds[kCodes - 1];
  uint32_t codes[65536];
  Lines lines;
  Decades decades;
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

// n numbers in blocks of that size, of which the last may have fewer; a maximum of each moment for each block. Numbers whose
// gradient is not finite stay, and their state becomes 0.
struct AdamBlocks {
  float *param;
  const float *grad;
  uint8_t *state1;
  uint8_t *state2;
  float *absmax1;
  float *absmax2;
  int64_t n;
  int size;
};

// One step on some blocks: reads the state, writes parameter and state. All kernels give the same bits.
using AdamKernel = void (*)(const AdamSettings &, const AdamBlocks &);
void adam8bit_portable(const AdamSettings &, const AdamBlocks &);
// Those for AVX-512, the faster one first; none where this processor lacks it.
std::vector<AdamKernel> adam8bit_avx512();

// Where a block's maximum is below this, its numbers are scaled up before they are divided by it: its reciprocal would be
// infinite.
constexpr float kTiny = 0x1p-126f;

// Writes the codes of a block, without a care for signs; returns the largest magnitude.
float quantize_block(const CodeMap &map, const float *x, uint8_t *codes, int n);

// The same step with float32 moments.
void adam32bit(const AdamSettings &, float *param, const float *grad, float *moment1, float *moment2, int n);

// Upper halves of float32. to_bfloat16 rounds to nearest, ties to even, multiplies those with a finite gradient by decay if
// that is not 1, and rounds again, as bitsandbytes does.
void from_bfloat16(const uint16_t *source, float *target, int n);
void to_bfloat16(const float *source, const float *grad, float decay, uint16_t *target, int n);
}  // namespace gatun
