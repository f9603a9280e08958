// RMS norm, one pass forwards and one backwards. TYPE and COLUMNS, a row's length, are given when it is compiled. All addresses
// are multiples of 16.
#include "numbers.cuh"

#define THREADS (COLUMNS / EACH)  // a thread has the same eight columns of every row
#define WARPS (THREADS / LANES)

#if COLUMNS % (LANES * EACH) != 0 || THREADS > 1024
#error "COLUMNS is a multiple of 256, at most 8192"
#endif

// The sum over all threads of a block, for each of them.
__device__ inline float sum_of_all(float x) {
  __shared__ float sums[WARPS];
  for (int other = LANES / 2; other > 0; other /= 2) x += __shfl_xor_sync(ALL_LANES, x, other);
  __syncthreads();  // what was read last time
  if (threadIdx.x % LANES == 0) sums[threadIdx.x / LANES] = x;
  __syncthreads();
  float sum = 0.0f;
  for (int i = 0; i < WARPS; i++) sum += sums[i];
  return sum;
}

// output = input * scale * weight with scale = 1 / sqrt(mean(input^2) + eps), which is kept for the gradient.
extern "C" __global__ void __launch_bounds__(THREADS)
    rms_norm(const void *input, const void *weight, void *output, float *scales, long long rows, float eps) {
  const int column = threadIdx.x * EACH;
  float w[EACH], x[EACH];
  load<TYPE>(weight, column, true, EACH, w);
  for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
    load<TYPE>(input, row * COLUMNS + column, true, EACH, x);
    float squares = 0.0f;
#pragma unroll
    for (int i = 0; i < EACH; i++) squares += x[i] * x[i];
    const float scale = 1.0f / sqrtf(sum_of_all(squares) / COLUMNS + eps);
#pragma unroll
    for (int i = 0; i < EACH; i++) x[i] = x[i] * scale * w[i];
    store<TYPE>(output, row * COLUMNS + column, true, EACH, x);
    if (threadIdx.x == 0) scales[row] = scale;
  }
}

// The input's gradient, and in sums[COLUMNS] of each block what its rows add to the weight's; sums may be null.
extern "C" __global__ void __launch_bounds__(THREADS)
    rms_norm_backward(const void *gradient, const void *input, const void *weight, const float *scales, void *result,
                      float *sums, long long rows) {
  const int column = threadIdx.x * EACH;
  float w[EACH], g[EACH], x[EACH], own[EACH];
  load<TYPE>(weight, column, true, EACH, w);
#pragma unroll
  for (int i = 0; i < EACH; i++) own[i] = 0.0f;
  for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
    load<TYPE>(gradient, row * COLUMNS + column, true, EACH, g);
    load<TYPE>(input, row * COLUMNS + column, true, EACH, x);
    const float scale = scales[row];
    float dot = 0.0f;
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      own[i] += g[i] * x[i] * scale;
      g[i] *= w[i];
      dot += g[i] * x[i];
    }
    const float along = sum_of_all(dot) / COLUMNS * scale * scale * scale;
#pragma unroll
    for (int i = 0; i < EACH; i++) x[i] = g[i] * scale - x[i] * along;
    store<TYPE>(result, row * COLUMNS + column, true, EACH, x);
  }
  if (sums != nullptr) store<FLOAT32>(sums, static_cast<long long>(blockIdx.x) * COLUMNS + column, true, EACH, own);
}
