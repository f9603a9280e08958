// One step of bitsandbytes' 8-bit Adam on any number of parameters in one launch and one pass: each warp takes the next block of
// numbers that share a maximum, reads parameter, gradient and codes, and writes parameter, codes and maxima. Compiled without
// contraction, it finds the same codes and maxima as the CPU's kernel, to the bit; parameters differ in the last places of the
// change, since square roots and divisions are approximate here. TYPE, that of all the parameters, is given when it is compiled.
#include "numbers.cuh"

#define CHUNK (LANES * EACH)
// Below this, a block's numbers are scaled up first: the reciprocal of a still smaller maximum would be infinite.
#define TINY 0x1p-100f
#define SCALE_UP 0x1p60f

// How the code of a number's magnitude is found, where no two boundaries between codes share the number's upper bits: an entry
// for each pattern of these, and (entry + lower bits) >> their count is the code. Magnitudes below the least have its code; the
// last entry is for 1 and what rounding makes a little more. Java makes the entries, by the same numbers.
#define SIGNED_LEAST 0x34800000  // 2^-22
#define SIGNED_BITS 17
#define SIGNED_ENTRIES (22 * 64 + 1)
#define UNSIGNED_LEAST 0x34000000  // 2^-23
#define UNSIGNED_BITS 16
#define UNSIGNED_ENTRIES (23 * 128 + 1)

// What every step needs, in this order: the numbers of both maps, the entries for positive, negative and unsigned numbers.
#define VALUES 256
#define SHARED_WORDS (2 * VALUES + 2 * SIGNED_ENTRIES + UNSIGNED_ENTRIES)

struct Parameter {
  void *param;
  const void *grad;
  void *state1, *state2;
  float *absmax1, *absmax2;  // null where the state is float32
  long long elements;
  long long first;  // the number of its first block among those of all
  float beta1, beta2, rest1, rest2, step_size, eps, decay, unused;
};

// Eight numbers of a lane on their way.
struct Lane {
  float param[EACH], moment1[EACH], moment2[EACH];
  unsigned finite;  // a bit for each gradient
};

__device__ inline float root(float x) {
#ifdef __CUDA_ARCH__
  float y;
  asm("sqrt.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return sqrtf(x);
#endif
}

__device__ inline float quotient(float x, float y) {
#ifdef __CUDA_ARCH__
  return __fdividef(x, y);
#else
  return x / y;
#endif
}

// The largest of all lanes; floats that are not negative are in the order of their bits.
__device__ inline float largest(float x) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  return __uint_as_float(__reduce_max_sync(ALL_LANES, __float_as_uint(x)));
#else
  for (int other = LANES / 2; other > 0; other /= 2) x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, other));
  return x;
#endif
}

__device__ inline uint2 load_codes(const void *from, long long at, bool wide, int n) {
  const unsigned char *codes = static_cast<const unsigned char *>(from) + at;
  if (wide) return *reinterpret_cast<const uint2 *>(codes);
  unsigned words[2] = {0, 0};
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (i < n) words[i / 4] |= static_cast<unsigned>(codes[i]) << i % 4 * 8;
  }
  return make_uint2(words[0], words[1]);
}

__device__ inline void store_codes(void *to, long long at, bool wide, int n, const unsigned *words) {
  unsigned char *codes = static_cast<unsigned char *>(to) + at;
  if (wide) {
    *reinterpret_cast<uint2 *>(codes) = make_uint2(words[0], words[1]);
    return;
  }
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (i < n) codes[i] = static_cast<unsigned char>(words[i / 4] >> i % 4 * 8);
  }
}

// Reads a lane's numbers and moves its moments on; what lies beyond the block's n numbers becomes 0.
__device__ inline void begin(const Parameter &p, long long at, bool wide, int n, float scale1, float scale2,
                             const float *values, Lane &lane) {
  float grad[EACH];
  load<TYPE>(p.param, at, wide, n, lane.param);
  load<TYPE>(p.grad, at, wide, n, grad);
  lane.finite = 0;
  if (p.absmax1 == nullptr) {
    float old1[EACH], old2[EACH];
    load<FLOAT32>(p.state1, at, wide, n, old1);
    load<FLOAT32>(p.state2, at, wide, n, old2);
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      lane.moment1[i] = old1[i] * p.beta1 + p.rest1 * grad[i];
      lane.moment2[i] = old2[i] * p.beta2 + p.rest2 * (grad[i] * grad[i]);
      lane.finite |= 1u << i;  // as without 8 bits, where a NaN goes everywhere
    }
    return;
  }
  const uint2 codes1 = load_codes(p.state1, at, wide, n), codes2 = load_codes(p.state2, at, wide, n);
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    const unsigned code1 = (i < 4 ? codes1.x : codes1.y) >> i % 4 * 8 & 255u;
    const unsigned code2 = (i < 4 ? codes2.x : codes2.y) >> i % 4 * 8 & 255u;
    const bool finite = i < n && fabsf(grad[i]) < __uint_as_float(0x7f800000u);
    const float new1 = values[code1] * scale1 + p.rest1 * grad[i];
    const float new2 = values[VALUES + code2] * scale2 + p.rest2 * grad[i] * grad[i];
    lane.moment1[i] = finite ? new1 : 0.0f;
    lane.moment2[i] = finite ? new2 : 0.0f;
    lane.finite |= finite ? 1u << i : 0u;
  }
}

// A parameter of 16 bits is rounded before it decays, and again, as bitsandbytes does.
__device__ inline void update(const Parameter &p, long long at, bool wide, int n, const Lane &lane) {
  float moved[EACH];
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    const float change = p.step_size * quotient(lane.moment1[i], root(lane.moment2[i]) + p.eps);
    const float whole = p.decay == 1.0f ? lane.param[i] + change : rounded<TYPE>(lane.param[i] + change) * p.decay;
    moved[i] = lane.finite >> i & 1u ? whole : lane.param[i];
  }
  store<TYPE>(p.param, at, wide, n, moved);
}

// The codes of a lane's moments in a block with that maximum. A number must not lose its sign, so what is negative has entries of
// its own. NaN has the code 0; where all are 0, bitsandbytes' search takes them for NaN, and one off from what is not negative, so
// that it wraps: nothing reads these.
template <bool SIGNED>
__device__ inline void quantize(const unsigned *entries, float absmax, const float *moments, unsigned *words) {
  const int least = SIGNED ? SIGNED_LEAST : UNSIGNED_LEAST, bits = SIGNED ? SIGNED_BITS : UNSIGNED_BITS;
  const unsigned count = SIGNED ? SIGNED_ENTRIES : UNSIGNED_ENTRIES;
  const float up = absmax < TINY ? SCALE_UP : 1.0f;
  const float scale = 1.0f / (absmax * up);
  const unsigned of_zeros = SIGNED && absmax == 0.0f ? 255u : 0u;
  words[0] = words[1] = 0;
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    const float x = moments[i] * up * scale;
    const unsigned sign = SIGNED ? static_cast<unsigned>(static_cast<int>(__float_as_uint(moments[i])) >> 31) : 0u;
    const int magnitude = max(static_cast<int>(__float_as_uint(x) & 0x7fffffffu), least);
    const unsigned place = min(static_cast<unsigned>(magnitude - least) >> bits, count - 1);
    const unsigned lower = (static_cast<unsigned>(magnitude) ^ sign) & ((1u << bits) - 1);
    const unsigned found = (entries[place + (sign & count)] + lower) >> bits;
    const unsigned code = x == x ? found : of_zeros & ~sign;
    words[i / 4] |= code << i % 4 * 8;
  }
}

__device__ inline void write_state(const Parameter &p, long long at, bool wide, int n, float top1, float top2,
                                   const unsigned *shared, const Lane &lane) {
  if (p.absmax1 == nullptr) {
    store<FLOAT32>(p.state1, at, wide, n, lane.moment1);
    store<FLOAT32>(p.state2, at, wide, n, lane.moment2);
    return;
  }
  unsigned words[2];
  const unsigned *entries = shared + 2 * VALUES;
  quantize<true>(entries, top1, lane.moment1, words);
  store_codes(p.state1, at, wide, n, words);
  quantize<false>(entries + 2 * SIGNED_ENTRIES, top2, lane.moment2, words);
  store_codes(p.state2, at, wide, n, words);
}

// Which parameter has that block.
__device__ inline int owner(const Parameter *parameters, int count, long long block) {
  int low = 0, high = count;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (parameters[middle].first <= block) low = middle;
    else high = middle;
  }
  return low;
}

// A block of n numbers from start on. One of at most CHUNK numbers is read once; a longer one once more after its maxima are
// known, mostly from the cache.
__device__ inline void step(const Parameter &p, long long start, long long block, int n, const unsigned *shared) {
  const float *values = reinterpret_cast<const float *>(shared);
  const int lane_start = threadIdx.x % LANES * EACH;
  const bool aligned = is_aligned(p.param) && is_aligned(p.grad) && is_aligned(p.state1) && is_aligned(p.state2) &&
                       start % EACH == 0;
  const bool quantized = p.absmax1 != nullptr;
  const float scale1 = quantized ? p.absmax1[block] * p.beta1 : 0.0f;
  const float scale2 = quantized ? p.absmax2[block] * p.beta2 : 0.0f;
  Lane lane;
  float top1 = 0.0f, top2 = 0.0f;
  for (int from = lane_start; from - lane_start < n; from += CHUNK) {
    const int rest = n - from;
    begin(p, start + from, aligned && rest >= EACH, rest, scale1, scale2, values, lane);
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      top1 = fmaxf(top1, fabsf(lane.moment1[i]));  // the other one where one is NaN
      top2 = fmaxf(top2, fabsf(lane.moment2[i]));
    }
  }
  if (quantized) {
    top1 = largest(top1);
    top2 = largest(top2);
    if (threadIdx.x % LANES == 0) {
      p.absmax1[block] = top1;
      p.absmax2[block] = top2;
    }
  }
  for (int from = lane_start; from - lane_start < n; from += CHUNK) {
    const int rest = n - from;
    const bool wide = aligned && rest >= EACH;
    if (n > CHUNK) begin(p, start + from, wide, rest, scale1, scale2, values, lane);
    update(p, start + from, wide, rest, lane);
    write_state(p, start + from, wide, rest, top1, top2, shared, lane);
  }
}

extern "C" __global__ void __launch_bounds__(256, 3)
    adam8bit(const Parameter *parameters, int count, long long blocks, int size, const unsigned *constants) {
  __shared__ unsigned shared[SHARED_WORDS];
  for (int i = threadIdx.x; i < SHARED_WORDS; i += blockDim.x) shared[i] = constants[i];
  __syncthreads();
  const int warps = blockDim.x / LANES;
  long long block = static_cast<long long>(blockIdx.x) * warps + threadIdx.x / LANES;
  if (block >= blocks) return;
  int place = owner(parameters, count, block);
  for (; block < blocks; block += static_cast<long long>(gridDim.x) * warps) {
    while (place + 1 < count && parameters[place + 1].first <= block) place++;
    const Parameter &p = parameters[place];
    const long long own = block - p.first;
    const long long rest = p.elements - own * size;
    const int n = rest < size ? static_cast<int>(rest) : size;
    step(p, own * size, own, n, shared);
  }
}
