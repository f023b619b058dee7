#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "lc_interpose.h"
#include "lc_memory.h"
#include "lc_table.h"

/// Swift's half: ends each object between the two addresses. See `Allocation.swift`.
void lc_end_instances(uintptr_t low, uintptr_t high);

void (*lc_memory_ends)(uintptr_t block, size_t size, uintptr_t frame) = 0;
void (*lc_memory_begins)(void *block, size_t size, uintptr_t frame) = 0;
void (*lc_memory_moves)(uintptr_t block, size_t size, uintptr_t frame) = 0;
void (*lc_object_used)(uintptr_t object, size_t size, lc_object_use use, uintptr_t frame) = 0;

void lc_will_free(const void *block, size_t size, uintptr_t frame) {
  uintptr_t low = (uintptr_t)block, high = low + size;
  if (lc_memory_ends != 0) lc_memory_ends(low, size, frame);
  // Two pages at the most, so that most blocks cost two looks at a bit.
  if (size <= 4096 && !lc_instance_is_near(low) && !lc_instance_is_near(high - 1)) return;
  if (lc_instance_next(low, high) != 0) lc_end_instances(low, high);
}

void free(void *block) {
  if (block != 0 && lc_may_record(lc_frame_address()))
    lc_will_free(block, lc_real_malloc_usable_size(block), lc_frame_address());
  lc_real_free(block);
}

// Only afterwards is it known whether the block has moved. Another thread may have the old memory by then,
// and an object that it makes there without a call, as C++ does, counts as the old one once more.
void *realloc(void *block, size_t size) {
  if (!lc_may_record(lc_frame_address())) return lc_real_realloc(block, size);
  if (block == 0) {
    block = lc_real_realloc(0, size);
    if (lc_memory_begins != 0) lc_memory_begins(block, size, lc_frame_address());
    return block;
  }
  uintptr_t old = (uintptr_t)block;
  size_t old_size = lc_real_malloc_usable_size(block);
  if (lc_memory_moves != 0) lc_memory_moves(old, old_size, lc_frame_address());
  uintptr_t new = (uintptr_t)lc_real_realloc(block, size);
  if (new == 0 && size != 0) return 0;
  if (new != old)
    lc_will_free((void *)old, old_size, 0);
  else if (size < old_size)
    lc_will_free((void *)(old + size), old_size - size, 0);
  if (lc_memory_begins != 0) lc_memory_begins((void *)new, size, lc_frame_address());
  return (void *)new;
}

int munmap(void *start, size_t size) {
  if (size != 0 && (uintptr_t)start + size > (uintptr_t)start && lc_may_record(lc_frame_address()))
    lc_will_free(start, size, lc_frame_address());
  return lc_real_munmap(start, size);
}

// Where it moves, another thread may get the old addresses before this one returns.
void *mremap(void *start, size_t old_size, size_t size, int flags, ...) {
  static void *(*real)(void *, size_t, size_t, int, ...) = 0;
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, "mremap");
  if (real == 0) return errno = ENOSYS, MAP_FAILED;
  va_list rest;
  va_start(rest, flags);
  void *wanted = flags & MREMAP_FIXED ? va_arg(rest, void *) : 0;
  va_end(rest);
  if (lc_may_record(lc_frame_address())) {
    if (flags & MREMAP_MAYMOVE && old_size != 0)
      lc_will_free(start, old_size, 0);
    else if (size < old_size)
      lc_will_free((char *)start + size, old_size - size, 0);
    if (wanted != 0) lc_will_free(wanted, size, 0);
  }
  return real(start, old_size, size, flags, wanted);
}

// What stood in the memory before has ended, whenever that was.
void *shmat(int segment, const void *wanted, int flags) {
  static void *(*real)(int, const void *, int) = 0;
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, "shmat");
  if (real == 0) return errno = ENOSYS, (void *)-1;
  void *start = real(segment, wanted, flags);
  struct shmid_ds about;
  int kept = errno;
  if (start != (void *)-1 && lc_may_record(lc_frame_address()) && shmctl(segment, IPC_STAT, &about) == 0)
    lc_will_free(start, about.shm_segsz, 0);
  errno = kept;
  return start;
}

static void *mapped(void *start, uintptr_t frame) {
  if (start != MAP_FAILED && lc_memory_begins != 0 && lc_may_record(frame))
    lc_object_used((uintptr_t)start, sizeof(long), LC_CHANGED, frame);
  return start;
}

// Whoever takes a part of new memory and tells others of it has to do that in order: its first word stands for it.
void *mmap(void *start, size_t size, int rights, int flags, int fd, off_t offset) {
  return mapped(lc_real_mmap(start, size, rights, flags, fd, offset), lc_frame_address());
}
void *mmap64(void *start, size_t size, int rights, int flags, int fd, off_t offset) {
  return mapped(lc_real_mmap64(start, size, rights, flags, fd, offset), lc_frame_address());
}
