// For kernels in plain loops: compiled for several processors, one of which is chosen when the library is loaded.
#pragma once

// With x86's baseline alone, a vector has four lanes and no look-ups.
#if defined(__x86_64__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define GATUN_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef GATUN_CLONES
#define GATUN_CLONES
#endif
