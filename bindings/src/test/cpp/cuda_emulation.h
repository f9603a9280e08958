// Lets the C++ compiler of a machine without a GPU compile CUDA kernels and run them: each thread of a block is a coroutine that
// runs until it meets others, at a barrier or in a warp's exchange of values. One block runs at a time.
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#define __device__
#define __global__
#define __shared__ static
#define __launch_bounds__(...)

struct Dim {
  unsigned x, y, z;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

static Dim threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {
constexpr unsigned kWarp = 32;

struct Thread {
  ucontext_t context;
  std::unique_ptr<char[]> stack;
  bool over = false;
  unsigned place = 0;
};

// Where the threads of a warp or of a block wait for each other; one that is over is not waited for.
struct Meeting {
  unsigned members = 0, there = 0, number = 0;
};

struct Block {
  ucontext_t scheduler;
  std::vector<Thread> threads;
  std::vector<Meeting> warps;
  Meeting all;
  std::vector<uint32_t> values[2];
  Thread *running = nullptr;
  void (*body)(void *) = nullptr;
  void *argument = nullptr;
};
static Block *block;

inline void yield() {
  Thread *self = block->running;
  swapcontext(&self->context, &block->scheduler);
}

inline void open(Meeting &meeting) {
  meeting.there = 0;
  meeting.number++;
}

inline void meet(Meeting &meeting) {
  const unsigned number = meeting.number;
  if (++meeting.there == meeting.members) open(meeting);
  do yield();
  while (meeting.number == number);
}

// Gives the warp's values; two buffers, since a lane may be one exchange ahead.
inline const uint32_t *exchange(uint32_t value) {
  const unsigned place = block->running->place, warp = place / kWarp;
  const unsigned buffer = block->warps[warp].number % 2;
  block->values[buffer][place] = value;
  meet(block->warps[warp]);
  return block->values[buffer].data() + warp * kWarp;
}

inline void run_thread() {
  block->body(block->argument);
  Thread *self = block->running;
  self->over = true;
  for (Meeting *meeting : {&block->warps[self->place / kWarp], &block->all}) {
    meeting->members--;
    if (meeting->members > 0 && meeting->there == meeting->members) open(*meeting);
  }
  swapcontext(&self->context, &block->scheduler);
}

// Grows whenever threads have met or ended.
inline unsigned progress(const Block &of) {
  unsigned sum = of.all.number;
  for (const auto &warp : of.warps) sum += warp.number;
  for (const auto &thread : of.threads) sum += thread.over;
  return sum;
}

// Whether all threads came to their end: threads that wait for others which never come stay where they are.
inline bool run_block(void (*body)(void *), void *argument) {
  constexpr size_t stack = 64 << 10;
  const unsigned threads = blockDim.x;
  Block own;
  block = &own;
  own.body = body;
  own.argument = argument;
  own.threads.resize(threads);
  own.warps.resize((threads + kWarp - 1) / kWarp);
  own.all.members = threads;
  for (auto &buffer : own.values) buffer.resize(own.warps.size() * kWarp);
  for (unsigned i = 0; i < threads; i++) {
    Thread &thread = own.threads[i];
    own.warps[i / kWarp].members++;
    thread.place = i;
    thread.stack.reset(new char[stack]);
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = stack;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, &run_thread, 0);
  }
  for (unsigned still = 0; still < 3;) {
    const unsigned before = progress(own);
    bool left = false;
    for (auto &thread : own.threads) {
      if (thread.over) continue;
      own.running = &thread;
      threadIdx = {thread.place, 0, 0};
      swapcontext(&own.scheduler, &thread.context);
      left = left || !thread.over;
    }
    if (!left) return true;
    still = progress(own) == before ? still + 1 : 0;
  }
  return false;
}
}  // namespace emulation

inline void __syncthreads() { emulation::meet(emulation::block->all); }

inline uint32_t __float_as_uint(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline float __uint_as_float(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline float __shfl_xor_sync(unsigned, float x, int mask) {
  const unsigned lane = emulation::block->running->place % emulation::kWarp;
  return __uint_as_float(emulation::exchange(__float_as_uint(x))[lane ^ static_cast<unsigned>(mask)]);
}
inline unsigned __reduce_max_sync(unsigned, unsigned x) {
  const uint32_t *all = emulation::exchange(x);
  unsigned top = 0;
  for (unsigned i = 0; i < emulation::kWarp; i++) top = all[i] > top ? all[i] : top;
  return top;
}
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }

inline unsigned short emulated_to_float16(float x) {
  const _Float16 half = static_cast<_Float16>(x);
  unsigned short bits;
  std::memcpy(&bits, &half, sizeof bits);
  return bits;
}
inline float emulated_of_float16(unsigned short bits) {
  _Float16 half;
  std::memcpy(&half, &bits, sizeof half);
  return static_cast<float>(half);
}

// A kernel as the stand-in for the driver knows it.
struct EmulatedKernel {
  size_t count;
  const size_t *sizes;
  void (*call)(void **arguments);
};

namespace emulation {
template <class... A, size_t... I>
void call(void (*kernel)(A...), void **arguments, std::index_sequence<I...>) {
  kernel(*static_cast<A *>(arguments[I])...);
}

template <auto kernel, class... A>
EmulatedKernel describe(void (*)(A...)) {
  static const size_t sizes[] = {sizeof(A)..., 0};
  return {sizeof...(A), sizes, [](void **arguments) { call<A...>(kernel, arguments, std::index_sequence_for<A...>()); }};
}

struct Launch {
  const EmulatedKernel *kernel;
  void **arguments;
};
}  // namespace emulation

// Whether all threads ended.
extern "C" __attribute__((visibility("default"))) bool emulated_launch(const EmulatedKernel *kernel, unsigned blocks,
                                                                       unsigned threads, void **arguments) {
  gridDim = {blocks, 1, 1};
  blockDim = {threads, 1, 1};
  emulation::Launch launch{kernel, arguments};
  for (unsigned i = 0; i < blocks; i++) {
    blockIdx = {i, 0, 0};
    const bool ended = emulation::run_block(
        [](void *it) {
          auto *what = static_cast<emulation::Launch *>(it);
          what->kernel->call(what->arguments);
        },
        &launch);
    if (!ended) return false;
  }
  return true;
}

#define EMULATED(name)                                                                                     \
  extern "C" __attribute__((visibility("default"))) const EmulatedKernel *emulated_##name() {              \
    static const EmulatedKernel described = emulation::describe<&name>(&name);                             \
    return &described;                                                                                     \
  }
