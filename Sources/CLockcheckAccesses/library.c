#define _GNU_SOURCE
#include <errno.h>

#include "lc_accessor.h"
#include "lc_callers.h"
#include "lc_interpose.h"

// What functions that are not instrumented do to the memory of callers that are. Those whose callers are not
// either are left alone: how they agree on whose the memory is was not seen.

void __tsan_read_range_pc(void *a, size_t size, void *pc);
void __tsan_write_range_pc(void *a, size_t size, void *pc);
void __tsan_write8_pc(void *a, void *pc);

/// Of how many words a block that is given back says that it writes them.
#define LC_WORDS_OF_BLOCK 256

bool lc_is_instrumented_caller(uintptr_t frame) {
  return frame != 0 && lc_own_accessor != 0 && lc_may_record(frame) &&
         lc_is_instrumented_call(lc_return_address(frame));
}

void lc_write_block(uintptr_t block, size_t size, uintptr_t pc) {
  uint32_t thread = lc_own_thread_number();
  uintptr_t own, end = block + size, at = lc_word_touched(block, end, thread, &own);
  // Its own thread's alone, so far: the first word stands for it.
  if (at == 0) {
    if (own != 0) __tsan_write8_pc((void *)own, (void *)pc);
    return;
  }
  for (int count = 0; at != 0 && count < LC_WORDS_OF_BLOCK; count++) {
    __tsan_write8_pc((void *)at, (void *)pc);
    at = lc_word_touched(at + 8, end, thread, &own);
  }
}

/// Records an access of the caller's to a range of bytes. Keeps `errno`.
static void touch(const void *bytes, size_t size, bool writes, uintptr_t frame) {
  int kept = errno;
  void *pc = (void *)lc_return_address(frame);
  if (writes)
    __tsan_write_range_pc((void *)bytes, size, pc);
  else
    __tsan_read_range_pc((void *)bytes, size, pc);
  errno = kept;
}

void lc_object_touched(uintptr_t object, size_t size, lc_object_use use, uintptr_t frame) {
  lc_accessor *self = lc_own_accessor;
  if (self == 0) return;
  uintptr_t *known = &self->used[(object >> 3) % LC_USED_OBJECTS];
  if (use == LC_USED && *known == object) return;
  if (!lc_is_instrumented_caller(frame)) return;
  *known = use == LC_USED ? object : 0;
  touch((const void *)object, size, use == LC_CHANGED, frame);
}

void lc_library_touches(const void *bytes, size_t size, bool writes, uintptr_t frame) {
  if (lc_has_accesses && size != 0 && lc_is_instrumented_caller(frame)) touch(bytes, size, writes, frame);
}
