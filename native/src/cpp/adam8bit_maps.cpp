// bitsandbytes' dynamic maps: 0, 1, and seven decades whose count of equally spaced numbers doubles from one to the next;
// the signed map has half as many a decade, and their negatives.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "adam8bit.h"

namespace {
using gatun::CodeMap;
using gatun::kCodes;

constexpr int kDecades = 7;

// torch.linspace(0.1, 1, count) with the rounding of its loop over pairs of eight-lane vectors: bitsandbytes makes its maps
// of this, so they are equal to the bit to those made where libtorch runs on AVX2.
std::vector<float> linspace(int count) {
  constexpr int lanes = 8;
  const float first = 0.1f;
  const float step = (1.0f - first) / static_cast<float>(count - 1);
  std::vector<float> result(static_cast<size_t>(count));
  const auto fused = [&](int i) {
    const double base = i < count / 2 ? first : 1.0;
    return static_cast<float>(base + static_cast<double>(step) * (i < count / 2 ? i : i - (count - 1)));
  };
  for (int i = 0; i < count; i++) {
    const bool vector = i < count / (2 * lanes) * (2 * lanes);
    result[static_cast<size_t>(i)] = vector ? fused(i - i % lanes) + step * static_cast<float>(i % lanes) : fused(i);
  }
  return result;
}

// Integers in the order of the floats.
int32_t ordered(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

void find_codes(CodeMap &map) {
  int32_t thresholds[kCodes - 1];
  for (int k = 0; k < kCodes - 1; k++) {
    const float middle = (map.values[k] + map.values[k + 1]) * 0.5f;
    map.thresholds[k] = k % 2 == 0 ? middle : std::nextafter(middle, -std::numeric_limits<float>::infinity());
    thresholds[k] = ordered(map.thresholds[k]);
  }
  const int32_t infinity = ordered(std::numeric_limits<float>::infinity());
  for (int i = 0; i < 65536; i++) {
    const int32_t first = (i - 32768) * 65536;
    const auto *next = std::lower_bound(thresholds, thresholds + kCodes - 1, first);
    const auto *after = std::upper_bound(thresholds, thresholds + kCodes - 1, first + 65535);
    if (after - next > 1) throw std::logic_error("two thresholds of a map share their upper 16 bits");
    // NaN has the code 0, as in a search where no comparison holds.
    const bool number = first <= infinity && first + 65535 >= -infinity - 1;
    map.codes[i] = number ? static_cast<uint32_t>(next - thresholds) << 16 : 0;
    if (number && after != next) map.codes[i] += 65535 - static_cast<uint32_t>(*next - first);
  }
}

CodeMap make(bool with_sign) {
  CodeMap map{};
  map.values[kCodes - 1] = 1;
  for (int decade = 0; decade < kDecades; decade++) {
    const int items = with_sign ? 1 << decade : 2 << decade;
    const std::vector<float> borders = linspace(items + 1);
    const auto scale = static_cast<float>(std::pow(10.0, decade + 1 - kDecades));
    for (int i = 0; i < items; i++) {
      const float x = (borders[i] + borders[i + 1]) / 2.0f * scale;
      if (with_sign) {
        map.values[gatun::kZeroCode + items + i] = x;
        map.values[gatun::kZeroCode - items - i] = -x;
      } else {
        map.values[items - 1 + i] = x;
      }
    }
  }
  std::copy(map.values + gatun::kZeroCode, map.values + kCodes - 1, map.magnitudes);
  find_codes(map);
  return map;
}
}  // namespace

namespace gatun {
const CodeMap &signed_map() {
  static const CodeMap map = make(true);
  return map;
}

const CodeMap &unsigned_map() {
  static const CodeMap map = make(false);
  return map;
}

uint8_t code_of(const CodeMap &map, float x) {
  const int32_t key = ordered(x);
  return static_cast<uint8_t>((map.codes[(key >> 16) + 32768] + static_cast<uint32_t>(key & 0xffff)) >> 16);
}
}  // namespace gatun
