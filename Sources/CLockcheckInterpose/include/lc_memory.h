#ifndef LC_MEMORY_H
#define LC_MEMORY_H

#include <stddef.h>
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
/// How a lock or its like is used: in a way that gives to others what went before, so that the first time of a
/// thread is enough; so that the function may still look at it when others go on; made or ended.
typedef enum lc_object_use { LC_USED, LC_USED_LAST, LC_CHANGED } lc_object_use;
/// Told that the function with this frame uses a lock or its like, or new memory.
extern void (*lc_object_used)(uintptr_t object, size_t size, lc_object_use use, uintptr_t frame);

/// Notes that a lock or its like is used: before what that gives to others. Once for each thread and object.
static inline void lc_note_use(const void *object, uintptr_t frame) {
  if (__builtin_expect(lc_object_used != 0, 0)) lc_object_used((uintptr_t)object, sizeof(int), LC_USED, frame);
}
/// Notes that a function that has woken others has come to its end.
static inline void lc_note_last_use(const void *object, uintptr_t frame) {
  if (__builtin_expect(lc_object_used != 0, 0)) lc_object_used((uintptr_t)object, sizeof(int), LC_USED_LAST, frame);
}
/// Notes that it is made or ended.
static inline void lc_note_change(const void *object, uintptr_t frame) {
  if (__builtin_expect(lc_object_used != 0, 0)) lc_object_used((uintptr_t)object, sizeof(int), LC_CHANGED, frame);
}

#endif
