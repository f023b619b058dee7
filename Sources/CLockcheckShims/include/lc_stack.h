#ifndef LC_STACK_H
#define LC_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "lc_thread.h"

/// The frame of the function that this is written into.
static inline __attribute__((always_inline)) uintptr_t lc_frame_address(void) {
  return (uintptr_t)__builtin_frame_address(0);
}

/// Where the function with this frame returns to.
static inline uintptr_t lc_return_address(uintptr_t frame) { return ((uintptr_t *)frame)[1]; }

/// Finds out how far the stack that `frame` lies on reaches. False where it is not the stack that the
/// thread was given.
bool lc_stack_extend(lc_thread *thread, uintptr_t frame);
/// The walk along a stack of unknown extent: every step is tried before it is taken.
size_t lc_walk_carefully(uintptr_t frame, uintptr_t *addresses, size_t limit, uint64_t *hash);

/// Return addresses along the chain of frame pointers that begins at `frame`, innermost first, and a
/// hash of them. Never reads outside the stack, whatever stands in the chain.
static inline size_t lc_walk(
    lc_thread *thread, uintptr_t frame, uintptr_t *addresses, size_t limit, uint64_t *hash) {
  if (__builtin_expect(frame < thread->stack_low || frame >= thread->stack_high, 0)) {
    if (!lc_stack_extend(thread, frame)) return lc_walk_carefully(frame, addresses, limit, hash);
  }
  uintptr_t high = thread->stack_high - 2 * sizeof(uintptr_t);
  uint64_t h = 0x9E3779B97F4A7C15u;
  size_t count = 0;
  while (count < limit && frame <= high && (frame & 7) == 0) {
    uintptr_t *pair = (uintptr_t *)frame;
    uintptr_t address = pair[1];
    // Swift marks the frames of asynchronous functions in bit 60 of the link.
    uintptr_t next = pair[0] & ~((uintptr_t)1 << 60);
    if (address < 4096) break;
    addresses[count++] = address;
    h = (h ^ address) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 29;
    if (next <= frame) break;
    frame = next;
  }
  *hash = h | 1;
  return count;
}

/// A hash of addresses that were found another way, made as by `lc_walk`.
static inline uint64_t lc_hash_addresses(const uintptr_t *addresses, size_t count) {
  uint64_t h = 0x9E3779B97F4A7C15u;
  for (size_t i = 0; i < count; i++) {
    h = (h ^ addresses[i]) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 29;
  }
  return h | 1;
}

#endif
