// gelu(gate) * input with gelu's approximation by tanh, one pass forwards and one backwards. TYPE is given when it is compiled.
#include "numbers.cuh"

// The tanh of gelu's approximation.
__device__ inline float bend(float x) { return tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)); }

// output = gelu(gate) * input, n numbers.
extern "C" __global__ void __launch_bounds__(256)
    gated_gelu(const void *gate, const void *input, void *output, long long n) {
  const bool aligned = is_aligned(gate) && is_aligned(input) && is_aligned(output);
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x * EACH;
  for (long long at = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * EACH; at < n; at += stride) {
    const int rest = n - at < EACH ? static_cast<int>(n - at) : EACH;
    const bool wide = aligned && rest == EACH;
    float g[EACH], x[EACH];
    load<TYPE>(gate, at, wide, rest, g);
    load<TYPE>(input, at, wide, rest, x);
#pragma unroll
    for (int i = 0; i < EACH; i++) x[i] *= 0.5f * g[i] * (1.0f + bend(g[i]));
    store<TYPE>(output, at, wide, rest, x);
  }
}

// The gradients of both.
extern "C" __global__ void __launch_bounds__(256)
    gated_gelu_backward(const void *gradient, const void *gate, const void *input, void *of_gate, void *of_input,
                        long long n) {
  const bool aligned = is_aligned(gradient) && is_aligned(gate) && is_aligned(input) && is_aligned(of_gate) &&
                       is_aligned(of_input);
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x * EACH;
  for (long long at = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * EACH; at < n; at += stride) {
    const int rest = n - at < EACH ? static_cast<int>(n - at) : EACH;
    const bool wide = aligned && rest == EACH;
    float d[EACH], g[EACH], x[EACH];
    load<TYPE>(gradient, at, wide, rest, d);
    load<TYPE>(gate, at, wide, rest, g);
    load<TYPE>(input, at, wide, rest, x);
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      const float t = bend(g[i]);
      const float slope = 0.5f * (1.0f + t) + 0.5f * g[i] * (1.0f - t * t) * 0.7978845608028654f *
                                                  (1.0f + 3.0f * 0.044715f * g[i] * g[i]);
      x[i] *= d[i] * slope;
      d[i] *= 0.5f * g[i] * (1.0f + t);
    }
    store<TYPE>(of_gate, at, wide, rest, x);
    store<TYPE>(of_input, at, wide, rest, d);
  }
}
