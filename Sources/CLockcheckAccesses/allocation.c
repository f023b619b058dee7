#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

#include "lc_accessor.h"
#include "lc_interpose.h"
#include "lc_memory.h"

// New memory is noted, with the stack that asked for it, as soon as any thread has recorded an access.
// That it ends is noted by those who stand in front of `free` and its like.

uint32_t lc_allocation_stack(uintptr_t frame);

static void note(void *block, size_t size, uintptr_t frame) {
  if (block == 0 || size == 0 || !lc_has_accesses || !lc_may_record(frame)) return;
  int kept = errno;
  lc_block_begin((uintptr_t)block, size, lc_allocation_stack(frame));
  errno = kept;
}

static void ends(uintptr_t block, size_t size, uintptr_t frame) {
  bool is_told = lc_is_instrumented_caller(frame);
  if (is_told) lc_write_block(block, size, lc_return_address(frame));
  lc_memory_forget(block, block + size, true, is_told);
}

static void moves(uintptr_t block, size_t size, uintptr_t frame) {
  if (lc_is_instrumented_caller(frame)) lc_write_block(block, size, lc_return_address(frame));
}

void lc_watch_memory(void) {
  lc_memory_ends = ends;
  lc_memory_begins = note;
  lc_memory_moves = moves;
  lc_object_used = lc_object_touched;
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);

// While the real ones are looked for, the C library's have to do.
void *malloc(size_t size) {
  void *block = lc_reals.malloc == 0 ? __libc_malloc(size) : lc_real_malloc(size);
  note(block, size, lc_frame_address());
  return block;
}

void *calloc(size_t count, size_t size) {
  void *block = lc_reals.calloc == 0 ? __libc_calloc(count, size) : lc_real_calloc(count, size);
  note(block, count * size, lc_frame_address());
  return block;
}

void *memalign(size_t alignment, size_t size) {
  void *block = lc_real_memalign(alignment, size);
  note(block, size, lc_frame_address());
  return block;
}

void *aligned_alloc(size_t alignment, size_t size) {
  void *block = lc_real_aligned_alloc(alignment, size);
  note(block, size, lc_frame_address());
  return block;
}

void *valloc(size_t size) {
  void *block = lc_real_valloc(size);
  note(block, size, lc_frame_address());
  return block;
}

void *pvalloc(size_t size) {
  void *block = lc_real_pvalloc(size);
  note(block, size, lc_frame_address());
  return block;
}

int posix_memalign(void **place, size_t alignment, size_t size) {
  int error = lc_real_posix_memalign(place, alignment, size);
  if (error == 0) note(*place, size, lc_frame_address());
  return error;
}
