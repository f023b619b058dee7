// An allocator of the program's own, which has one lock and gives it back as its last act: so the call comes from
// whoever freed something, the recording itself among them.
#include "harness.h"

static char pool[16 << 20];
static size_t used = 0;
static pthread_mutex_t heap = PTHREAD_MUTEX_INITIALIZER;

void *malloc(size_t size) {
  pthread_mutex_lock(&heap);
  char *block = 0;
  size = (size + 31) & ~(size_t)15;
  if (size < sizeof pool - used) {
    block = pool + used;
    used += size;
    *(size_t *)block = size - 16;
  }
  pthread_mutex_unlock(&heap);
  return block == 0 ? 0 : block + 16;
}
// What it returns is nobody's business: so that the compiler may leave by the call.
int free_and_tell(void *block) {
  pthread_mutex_lock(&heap);
  if (block != 0) memset(block, 0xA5, 1);
  return pthread_mutex_unlock(&heap);
}
void free(void *block) __attribute__((alias("free_and_tell")));
size_t malloc_usable_size(void *block) { return block == 0 ? 0 : ((size_t *)block)[-2]; }
void *calloc(size_t count, size_t size) {
  char *block = malloc(count * size);
  for (size_t i = 0; block != 0 && i < count * size; i++) block[i] = 0;
  return block;
}
void *realloc(void *block, size_t size) {
  char *other = malloc(size);
  size_t had = malloc_usable_size(block);
  for (size_t i = 0; other != 0 && i < had && i < size; i++) other[i] = ((char *)block)[i];
  return other;
}
int posix_memalign(void **place, size_t alignment, size_t size) {
  char *block = malloc(size + alignment + 16);
  if (block == 0) return ENOMEM;
  char *start = (char *)(((uintptr_t)block + 16 + alignment - 1) & ~(uintptr_t)(alignment - 1));
  ((size_t *)start)[-2] = size;
  *place = start;
  return 0;
}
void *aligned_alloc(size_t alignment, size_t size) {
  void *block = 0;
  return posix_memalign(&block, alignment, size) == 0 ? block : 0;
}
void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

static void *work(void *argument) {
  for (int i = 0; i < 50; i++) free(malloc(100));
  return argument;
}
static void shared(void) {
  pthread_t one = start(work, 0), two = start(work, 0);
  finish(one);
  finish(two);
}

CASES({"shared", shared})
