#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lc_accessor.h"
#include "lc_interpose.h"

// What functions that are not instrumented do to the memory of callers that are. Those whose callers are not
// either are left alone: how they agree on whose the memory is was not seen.

void __tsan_read_range_pc(void *a, size_t size, void *pc);
void __tsan_write_range_pc(void *a, size_t size, void *pc);
void __tsan_write8_pc(void *a, void *pc);

/// Of how many words a block that is given back says that it writes them.
#define LC_WORDS_OF_BLOCK 256

void lc_write_shared_words(uintptr_t block, size_t size, uintptr_t pc) {
  uintptr_t at = block, end = block + size;
  for (int count = 0; count < LC_WORDS_OF_BLOCK; count++) {
    at = lc_word_shared(at, end, lc_own_thread_number());
    if (at == 0) return;
    __tsan_write8_pc((void *)at, (void *)pc);
    at += 8;
  }
}

void lc_library_touches(const void *bytes, size_t size, bool writes, uintptr_t frame) {
  if (size == 0 || !lc_is_called_by_instrumented(frame)) return;
  int kept = errno;
  void *pc = (void *)lc_return_address(frame);
  if (writes)
    __tsan_write_range_pc((void *)bytes, size, pc);
  else
    __tsan_read_range_pc((void *)bytes, size, pc);
  errno = kept;
}

// C++ gives blocks back through functions of its library, which are not instrumented.

static void will_delete(void *block, uintptr_t frame) {
  uint64_t size = 0;
  uint32_t stack = 0;
  if (block == 0 || !lc_has_accesses || !lc_is_called_by_instrumented(frame)) return;
  if (lc_block_around((uintptr_t)block, &size, &stack) != (uintptr_t)block) return;
  lc_write_shared_words((uintptr_t)block, size, lc_return_address(frame));
}

#define LC_REAL(result, name, ...)  \
  static result (*real)(__VA_ARGS__) = 0; \
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, #name);

// The mangled names of `operator delete` and `operator delete[]`, without and with a size.
#define LC_DELETE(name)                         \
  void name(void *block) {                      \
    LC_REAL(void, name, void *)                 \
    will_delete(block, lc_frame_address());     \
    if (real == 0) return free(block);          \
    real(block);                                \
  }
#define LC_SIZED_DELETE(name)                   \
  void name(void *block, size_t size) {         \
    LC_REAL(void, name, void *, size_t)         \
    will_delete(block, lc_frame_address());     \
    if (real == 0) return free(block);          \
    real(block, size);                          \
  }
LC_DELETE(_ZdlPv)
LC_DELETE(_ZdaPv)
LC_SIZED_DELETE(_ZdlPvm)
LC_SIZED_DELETE(_ZdaPvm)

int puts(const char *text) {
  LC_REAL(int, puts, const char *)
  if (lc_has_accesses) lc_library_touches(text, strlen(text) + 1, false, lc_frame_address());
  return real(text);
}

int fputs(const char *text, FILE *file) {
  LC_REAL(int, fputs, const char *, FILE *)
  if (lc_has_accesses) lc_library_touches(text, strlen(text) + 1, false, lc_frame_address());
  return real(text, file);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
  LC_REAL(size_t, fwrite, const void *, size_t, size_t, FILE *)
  if (lc_has_accesses) lc_library_touches(bytes, size * count, false, lc_frame_address());
  return real(bytes, size, count, file);
}

size_t fread(void *bytes, size_t size, size_t count, FILE *file) {
  LC_REAL(size_t, fread, void *, size_t, size_t, FILE *)
  size_t got = real(bytes, size, count, file);
  if (lc_has_accesses) lc_library_touches(bytes, size * got, true, lc_frame_address());
  return got;
}
