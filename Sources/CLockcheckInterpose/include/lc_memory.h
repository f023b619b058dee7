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

#endif
