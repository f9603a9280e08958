/** Work that is recorded once and replayed: CUDA graphs, with an eager stand-in that runs everywhere. */
package dev.gatun.nn.graph;
