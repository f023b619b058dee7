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

static inline uintptr_t lc_frame_link(uintptr_t frame) {
  return *(uintptr_t *)frame & ~((uintptr_t)1 << 60);
}

static inline bool lc_is_on_stack(const lc_thread *thread, uintptr_t frame) {
  return frame >= thread->stack_low && frame < thread->stack_high;
}

/// Where a stack is remembered, by its innermost frames: those of the primitive, and the one that called
/// it. `frame` lies on the thread's stack.
static inline lc_remembered *lc_remembered_slot(
    lc_thread *thread, lc_remembered *table, uintptr_t frame) {
  uintptr_t high = thread->stack_high - 2 * sizeof(uintptr_t);
  uint64_t key = frame;
  for (int i = 0; i < 4 && frame <= high && (frame & 7) == 0; i++) {
    key = key * 31 + lc_return_address(frame);
    uintptr_t next = lc_frame_link(frame);
    if (next <= frame) break;
    frame = next;
  }
  return &table[(key * 0xFF51AFD7ED558CCDu) >> (64 - LC_REMEMBERED_BITS)];
}

/// The number of the stack that begins at `frame`, if the thread had it lately in this recording; else
/// 0. Every frame is compared, so this finds what `lc_walk` would: it is quicker because no step waits
/// for the one before. All that is read lies on the thread's stack, above `frame`.
static inline uint32_t lc_recall_in(
    lc_thread *thread, lc_remembered *table, uint32_t session, uintptr_t frame) {
  if (__builtin_expect(!lc_is_on_stack(thread, frame), 0)) return 0;
  lc_remembered *known = lc_remembered_slot(thread, table, frame);
  if (known->session != session || known->frames[0] != frame) return 0;
  uint32_t count = known->count;
  for (uint32_t i = 0; i < count; i++) {
    uintptr_t at = known->frames[i];
    if (lc_return_address(at) != known->addresses[i]) return 0;
    if (lc_frame_link(at) != known->frames[i + 1]) return 0;
  }
  if (known->has_terminator && lc_return_address(known->frames[count]) >= 4096) return 0;
  return known->number;
}

/// As `lc_recall_in`, among the stacks of recorded events.
static inline uint32_t lc_recall(lc_thread *thread, uint32_t session, uintptr_t frame) {
  return lc_recall_in(thread, thread->remembered, session, frame);
}

/// Remembers a stack that `lc_walk` has just found, with `count` addresses in the thread's scratch.
void lc_remember_in(
    lc_thread *thread, lc_remembered *table, uint32_t session, uintptr_t frame, size_t count,
    uint32_t number);

/// As `lc_remember_in`, among the stacks of recorded events.
static inline void lc_remember(
    lc_thread *thread, uint32_t session, uintptr_t frame, size_t count, uint32_t number) {
  lc_remember_in(thread, thread->remembered, session, frame, count, number);
}

/// Where the stacks that were unwound and begin alike are remembered: the first of `LC_UNWOUND_WAYS` places,
/// latest first.
static inline lc_remembered *lc_unwound_set(lc_thread *thread, uintptr_t frame) {
  uint64_t key = (frame * 31 + lc_return_address(frame)) * 0xFF51AFD7ED558CCDu;
  uint64_t set = key >> (64 - LC_REMEMBERED_BITS + LC_UNWOUND_WAY_BITS);
  return &thread->remembered[set << LC_UNWOUND_WAY_BITS];
}

/// As `lc_recall`, of stacks that were unwound: their code need not keep frame pointers. Where each return
/// address stood is known, and all of them stand there again: so it is the same chain of calls, but for what
/// a function with an array of varying length may have left behind.
static inline uint32_t lc_recall_unwound(lc_thread *thread, uint32_t session, uintptr_t frame) {
  if (__builtin_expect(!lc_is_on_stack(thread, frame), 0)) return 0;
  lc_remembered *known = lc_unwound_set(thread, frame);
  for (int way = 0; way < LC_UNWOUND_WAYS; way++, known++) {
    if (known->session != session || known->frames[0] != frame) continue;
    uint32_t i = 0, count = known->count;
    while (i < count && lc_return_address(known->frames[i]) == known->addresses[i]) i++;
    if (i == count) return known->number;
  }
  return 0;
}

/// Remembers a stack that was just unwound, with `count` addresses in the thread's scratch.
void lc_remember_unwound(
    lc_thread *thread, uint32_t session, uintptr_t frame, size_t count, uint32_t number);

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
