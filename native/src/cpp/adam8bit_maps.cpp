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

// torch.linspace(0.1, 1, count) with the rounding of its loop over pairs of eight-lane vectors, of which bitsandbytes makes its
// maps where libtorch runs on AVX2.
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

float from_ordered(int32_t order) {
  const int32_t bits = order ^ ((order >> 31) & 0x7fffffff);
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// bitsandbytes' own numbers that are not negative, from 0 to 1.
std::vector<float> magnitudes(int first_items) {
  std::vector<float> numbers{0};
  for (int decade = 0; decade < kDecades; decade++) {
    const int items = first_items << decade;
    const std::vector<float> borders = linspace(items + 1);
    const auto scale = static_cast<float>(std::pow(10.0, decade + 1 - kDecades));
    for (int i = 0; i < items; i++) {
      const auto at = static_cast<size_t>(i);
      numbers.push_back((borders[at] + borders[at + 1]) / 2.0f * scale);
    }
  }
  numbers.push_back(1);
  return numbers;
}

// The number of a code whose distance q (see Lines) is that.
float on_line(const gatun::Lines &lines, int q) {
  const auto number = static_cast<float>(4 * q);  // so that no exponent's lower bits are those of 0
  int32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  const int index = bits >> 22 & (2 * gatun::kLanes - 1);
  return std::fma(lines.slope[index], static_cast<float>(bits & 0x7fffff), lines.at[index]);
}

// The line on which numbers lie, of which there are items in their decade, as near as floats of a line's two numbers can be.
void fit_half(gatun::Lines &lines, int index, int items, int from, const std::vector<float> &numbers, double scale) {
  constexpr int nudges = 8;
  const auto least = [](double x) { return ordered(static_cast<float>(x)) - nudges; };
  int fewest_off = std::numeric_limits<int>::max();
  for (int i = 0; i <= 2 * nudges; i++) {
    const float at = from_ordered(least(scale * (0.1 + 0.45 / items)) + i);
    for (int k = 0; k <= 2 * nudges; k++) {
      const float slope = from_ordered(least(0.9 * scale * 0x1p-23) + k);
      int off = 0;
      for (size_t j = 0; j < numbers.size(); j++) {
        const float fraction = static_cast<float>(from + static_cast<int>(j)) / static_cast<float>(items) * 0x1p23f;
        const int ulps = std::abs(ordered(std::fma(slope, fraction, at)) - ordered(numbers[j]));
        off += ulps > 1 ? 1000 : ulps;
      }
      if (off < fewest_off) {
        fewest_off = off;
        lines.at[index] = at;
        lines.slope[index] = slope;
      }
    }
  }
  if (fewest_off >= 1000) throw std::logic_error("no line is within a unit in the last place of the map's numbers");
}

gatun::Lines fit(const std::vector<float> &numbers, int first_items) {
  gatun::Lines lines{};
  const auto index = [](int exponent) { return (127 + 2 + exponent) * 2 & (2 * gatun::kLanes - 1); };
  int code = 1;
  for (int decade = 0, items = first_items; decade < kDecades; decade++, items *= 2) {
    const double scale = std::pow(10.0, decade + 1 - kDecades);
    const int at = index(decade + (first_items == 1 ? 0 : 1));
    for (int half = 0; half < std::min(2, items); half++) {
      const int count = std::max(1, items / 2);
      fit_half(lines, at + half, items, half * count,
               std::vector<float>(numbers.begin() + code, numbers.begin() + code + count), scale);
      code += count;
    }
  }
  lines.at[index(first_items == 1 ? kDecades : kDecades + 1)] = 1;
  return lines;
}

// The float next to x whose last four bits are those of a decade.
float marked(float x, int decade) { return from_ordered(((ordered(x) + 8 - decade) & ~15) + decade); }

// Within a decade a code ends where codes_of does; from one decade to the next, in the middle between the numbers, but for the
// mark.
gatun::Decades places(const std::vector<float> &numbers, int first_items) {
  gatun::Decades d{};
  float start[kDecades + 2] = {};
  d.shift[0] = d.last[0] = 0.5f;
  int code = 1;
  for (int k = 1; k <= kDecades + 1; k++) {
    const bool one = k > kDecades;
    const int items = one ? 1 : first_items << (k - 1);
    const double width = 0.9 * std::pow(10.0, k - kDecades) / items;
    const auto at = static_cast<size_t>(code);
    start[k] = (numbers[at - 1] + numbers[at]) * 0.5f;
    d.scale[k] = one ? 0 : static_cast<float>(1 / width);
    d.shift[k] = one ? static_cast<float>(code) + 0.5f
                     : static_cast<float>(code - std::pow(10.0, k - 1 - kDecades) / width);
    d.last[k] = static_cast<float>(code + items) - 0.5f;
    code += items;
  }
  for (int e = std::ilogb(gatun::kLeast); e <= 0; e++) {
    const int index = (127 + e) % (2 * gatun::kLanes);
    int decade = 0;
    while (decade <= kDecades && start[decade + 1] < std::ldexp(1.0f, e)) decade++;
    const bool ends = decade <= kDecades && start[decade + 1] < std::ldexp(1.0f, e + 1);
    d.until[index] = marked(ends ? start[decade + 1] : 2.0f, decade);
  }
  return d;
}

int code_by_decades(const gatun::Decades &d, float x) {
  if (x < gatun::kLeast) x = gatun::kLeast;
  const int index = (ordered(x) >> 23) % (2 * gatun::kLanes);
  const int k = (ordered(d.until[index]) & 15) + (x > d.until[index] ? 1 : 0);
  return static_cast<int>(std::min(std::fma(x, d.scale[k], d.shift[k]), d.last[k]));
}

// The largest numbers that have no code above each.
void find_thresholds(CodeMap &map, int zero) {
  for (int code = zero; code < kCodes - 1; code++) {
    int32_t low = 0, high = ordered(1.0f);  // the code of low is not above, that of high is
    while (high - low > 1) {
      const int32_t middle = low + (high - low) / 2;
      (code_by_decades(map.decades, from_ordered(middle)) > code - zero ? high : low) = middle;
    }
    map.thresholds[code] = from_ordered(low);
    // What is negative has the code on the other side of 0's.
    const int mirrored = 2 * zero - 1 - code;
    if (mirrored >= 0) map.thresholds[mirrored] = -from_ordered(high);
  }
}

void find_codes(CodeMap &map) {
  int32_t thresholds[kCodes - 1];
  std::transform(map.thresholds, map.thresholds + kCodes - 1, thresholds, ordered);
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
  const int zero = with_sign ? gatun::kZeroCode : 0, first_items = with_sign ? 1 : 2;
  const std::vector<float> numbers = magnitudes(first_items);
  map.lines = fit(numbers, first_items);
  for (int code = zero; code < kCodes; code++) {
    map.values[code] = on_line(map.lines, code - zero + (with_sign ? 0 : 1));
    if (with_sign && code > zero && code < kCodes - 1) map.values[2 * zero - code] = -map.values[code];
  }
  map.decades = places(numbers, first_items);
  find_thresholds(map, zero);
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
