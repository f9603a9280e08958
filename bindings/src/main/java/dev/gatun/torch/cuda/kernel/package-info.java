/**
 * CUDA kernels of one's own: C++ source, compiled at run time by NVRTC for the GPU at hand, kept on disk, loaded, and launched on
 * libtorch's current stream; and those that Gatun itself brings.
 */
package dev.gatun.torch.cuda.kernel;
