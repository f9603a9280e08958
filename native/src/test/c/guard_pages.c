/*
 * An allocator for `gatun fuzz`: each tensor ends where its page does, and the page behind it cannot be touched. A read
 * or write outside a tensor ends the process in the call that made it, instead of spoiling the heap for a later one.
 *
 *   cc -O2 -shared -fPIC -o guard_pages.so guard_pages.c -ldl -lpthread
 *   LD_PRELOAD=$PWD/guard_pages.so ./gatun fuzz --seed 7 --memory 11500
 *
 * libtorch allocates the memory of tensors, and little else, by posix_memalign. 8 GiB of addresses are reserved, which
 * is what --memory must allow beyond its default. Freed pages are closed again, and used anew only much later.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul
#define REGION (8ul << 30)
#define MAX_PAGES 64 /* larger tensors come from the system's allocator */
#define QUEUE 8192
#define ALIGNMENT 16ul
#define FRESH 0xA5 /* what new memory holds: zeros would hide that it is read before it is written */

extern void __libc_free(void *);

typedef int allocator(void **, size_t, size_t);

static allocator *system_memalign;
static char *base;
static uint32_t *pages, *sizes;
static size_t next_page;
static uint32_t *queue[MAX_PAGES + 1];
static size_t head[MAX_PAGES + 1], tail[MAX_PAGES + 1];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *map(size_t size, int protection) {
  void *p = mmap(0, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? 0 : p;
}

__attribute__((constructor)) static void begin(void) {
  system_memalign = (allocator *)dlsym(RTLD_NEXT, "posix_memalign");
  pages = map(REGION / PAGE * sizeof *pages, PROT_READ | PROT_WRITE);
  sizes = map(REGION / PAGE * sizeof *sizes, PROT_READ | PROT_WRITE);
  for (int n = 1; n <= MAX_PAGES; n++) {
    queue[n] = map(QUEUE * sizeof(uint32_t), PROT_READ | PROT_WRITE);
  }
  base = map(REGION, PROT_NONE);
}

/* The first of n pages that have been free for long, or were never used; 0 when there are none. */
static size_t take(size_t n, size_t size) {
  pthread_mutex_lock(&lock);
  int is_full = (next_page + n + 2) * PAGE > REGION;
  size_t first = 0;
  if (tail[n] - head[n] > (is_full ? 0 : QUEUE / 2)) {
    first = queue[n][head[n]++ % QUEUE];
  } else if (!is_full) {
    first = next_page + 1;
    next_page += n + 1;
  }
  if (first) {
    pages[first] = n;
    sizes[first] = size;
  }
  pthread_mutex_unlock(&lock);
  return first;
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  size_t n = size ? (size + PAGE - 1) / PAGE : 1;
  size_t first = base && alignment <= 64 && n <= MAX_PAGES ? take(n, size) : 0;
  if (!first) {
    if (!system_memalign) {
      system_memalign = (allocator *)dlsym(RTLD_NEXT, "posix_memalign");
    }
    return system_memalign(result, alignment, size);
  }
  char *start = base + first * PAGE;
  if (mprotect(start, n * PAGE, PROT_READ | PROT_WRITE)) {
    return ENOMEM;
  }
  memset(start, FRESH, n * PAGE);
  *result = start + n * PAGE - ((size + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
  return 0;
}

static void require_fresh(const char *from, const char *to, const char *message) {
  for (; from < to; from++) {
    if (*from != (char)FRESH) {
      (void)!write(2, message, strlen(message));
      abort();
    }
  }
}

void free(void *p) {
  char *block = p;
  if (!base || block < base || block >= base + REGION) {
    __libc_free(p);
    return;
  }
  size_t first = (size_t)(block - base) / PAGE;
  while (first && !pages[first]) { /* a block of no size begins behind its page */
    first--;
  }
  char *start = base + first * PAGE;
  size_t n = pages[first];
  require_fresh(start, block, "written before the start of a tensor\n");
  require_fresh(block + sizes[first], start + n * PAGE, "written behind the end of a tensor\n");
  pages[first] = 0;
  madvise(start, n * PAGE, MADV_DONTNEED);
  mprotect(start, n * PAGE, PROT_NONE);
  pthread_mutex_lock(&lock);
  if (tail[n] - head[n] < QUEUE) {
    queue[n][tail[n]++ % QUEUE] = first;
  }
  pthread_mutex_unlock(&lock);
}
