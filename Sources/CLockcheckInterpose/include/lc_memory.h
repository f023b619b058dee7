#ifndef LC_MEMORY_H
#define LC_MEMORY_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

/// Says that memory is about to be given back: what stands in it ends, while nobody else can have it.
/// Costs a look at a bit for the first and the last page of a block where nothing was ever near. By the
/// function with this frame, 0 where it ends by itself.
void lc_will_free(const void *block, size_t size, uintptr_t frame);

/// Told of memory that is given back, and of memory that is new, by the function with this frame; null as
/// long as nobody wants to know.
extern void (*lc_memory_ends)(uintptr_t block, size_t size, uintptr_t frame);
extern void (*lc_memory_begins)(void *block, size_t size, uintptr_t frame);

/// Told of a block that is about to be made larger or smaller, and perhaps moved.
extern void (*lc_memory_moves)(uintptr_t block, size_t size, uintptr_t frame);
/// Told that the function with this frame uses a lock or its like, or makes or ends it.
extern void (*lc_object_used)(uintptr_t object, size_t size, bool changes, uintptr_t frame);

/// Notes that a lock or its like is used: before what that gives to others. Once for each thread and object.
static inline void lc_note_use(const void *object, uintptr_t frame) {
  if (__builtin_expect(lc_object_used != 0, 0)) lc_object_used((uintptr_t)object, sizeof(int), false, frame);
}
/// Notes that it is made or ended.
static inline void lc_note_change(const void *object, uintptr_t frame) {
  if (__builtin_expect(lc_object_used != 0, 0)) lc_object_used((uintptr_t)object, sizeof(int), true, frame);
}

#endif
