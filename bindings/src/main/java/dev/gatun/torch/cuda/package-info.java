/**
 * What of CUDA lies beneath tensors: streams, events, and NCCL, which moves tensors between GPUs. All of it is called through
 * the C interfaces of the libraries that the loaded libtorch brings or the system has.
 */
package dev.gatun.torch.cuda;
