// Eight numbers of a lane, from and to memory. They are float32 in registers whatever the type in memory is.
#pragma once

#define FLOAT32 0
#define BFLOAT16 1
#define FLOAT16 2

// What a lane takes at once: 16 bytes of a 16-bit type.
#define EACH 8
#define LANES 32
#define ALL_LANES 0xffffffffu

// To the nearest, ties to the even one.
__device__ inline unsigned short to_bfloat16(float x) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
#else
  unsigned bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return static_cast<unsigned short>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
#endif
}

__device__ inline unsigned short to_float16(float x) {
#ifdef __CUDA_ARCH__
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
#else
  return emulated_to_float16(x);
#endif
}

__device__ inline float of_float16(unsigned short bits) {
#ifdef __CUDA_ARCH__
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
  return x;
#else
  return emulated_of_float16(bits);
#endif
}

template <int Type>
__device__ inline float of_16bits(unsigned short bits) {
  return Type == BFLOAT16 ? __uint_as_float(static_cast<unsigned>(bits) << 16) : of_float16(bits);
}

template <int Type>
__device__ inline unsigned short to_16bits(float x) {
  return Type == BFLOAT16 ? to_bfloat16(x) : to_float16(x);
}

// Two numbers in a word, the first in its lower half.
template <int Type>
__device__ inline unsigned to_word(float first, float second) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  unsigned word;
  if (Type == BFLOAT16) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(second), "f"(first));
  } else {
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(second), "f"(first));
  }
  return word;
#else
  return to_16bits<Type>(first) | static_cast<unsigned>(to_16bits<Type>(second)) << 16;
#endif
}

// The number that memory of that type would hold.
template <int Type>
__device__ inline float rounded(float x) {
  return Type == FLOAT32 ? x : of_16bits<Type>(to_16bits<Type>(x));
}

// x[i] = from[at + i] for i < n, and 0 beyond. wide: n is at least 8 and the address a multiple of 16.
template <int Type>
__device__ inline void load(const void *from, long long at, bool wide, int n, float *x) {
  if (Type == FLOAT32) {
    const float *numbers = static_cast<const float *>(from) + at;
    if (wide) {
      const float4 low = *reinterpret_cast<const float4 *>(numbers), high = *reinterpret_cast<const float4 *>(numbers + 4);
      x[0] = low.x, x[1] = low.y, x[2] = low.z, x[3] = low.w;
      x[4] = high.x, x[5] = high.y, x[6] = high.z, x[7] = high.w;
      return;
    }
#pragma unroll
    for (int i = 0; i < EACH; i++) x[i] = i < n ? numbers[i] : 0.0f;
    return;
  }
  const unsigned short *numbers = static_cast<const unsigned short *>(from) + at;
  if (wide) {
    const uint4 all = *reinterpret_cast<const uint4 *>(numbers);
    const unsigned words[4] = {all.x, all.y, all.z, all.w};
#pragma unroll
    for (int i = 0; i < EACH; i++) x[i] = of_16bits<Type>(static_cast<unsigned short>(words[i / 2] >> i % 2 * 16));
    return;
  }
#pragma unroll
  for (int i = 0; i < EACH; i++) x[i] = i < n ? of_16bits<Type>(numbers[i]) : 0.0f;
}

// to[at + i] = x[i], rounded to the type, for i < n.
template <int Type>
__device__ inline void store(void *to, long long at, bool wide, int n, const float *x) {
  if (Type == FLOAT32) {
    float *numbers = static_cast<float *>(to) + at;
    if (wide) {
      *reinterpret_cast<float4 *>(numbers) = make_float4(x[0], x[1], x[2], x[3]);
      *reinterpret_cast<float4 *>(numbers + 4) = make_float4(x[4], x[5], x[6], x[7]);
      return;
    }
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      if (i < n) numbers[i] = x[i];
    }
    return;
  }
  unsigned short *numbers = static_cast<unsigned short *>(to) + at;
  if (wide) {
    *reinterpret_cast<uint4 *>(numbers) = make_uint4(to_word<Type>(x[0], x[1]), to_word<Type>(x[2], x[3]),
                                                     to_word<Type>(x[4], x[5]), to_word<Type>(x[6], x[7]));
    return;
  }
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (i < n) numbers[i] = to_16bits<Type>(x[i]);
  }
}

__device__ inline bool is_aligned(const void *address) { return (reinterpret_cast<unsigned long long>(address) & 15) == 0; }
