#ifndef LC_MEMORY_H
#define LC_MEMORY_H

#include <stddef.h>

/// Says that memory is about to be given back: what stands in it ends, while nobody else can have it.
/// Costs a look at a bit for the first and the last page of a block where nothing was ever near.
void lc_will_free(const void *block, size_t size);

#endif
