#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#include "lc_accessor.h"
#include "lc_stack.h"

// The functions of the C library that read and write strings and bytes: what they do to memory of callers that
// were compiled with access instrumentation is recorded. What compilers do in place, or tell of by themselves
// (`memcpy`, `memset`), is none of theirs.

#define LC_READS(bytes, size) lc_library_touches(bytes, size, false, lc_frame_address())
#define LC_WRITES(bytes, size) lc_library_touches(bytes, size, true, lc_frame_address())
#define LC_UNLIKELY(condition) __builtin_expect(condition, 0)

// Where no accesses are recorded each is a jump to the real one: a test, and no frame that stays.

// Found at first use. Their own names must not appear here: compilers know better what they do.
#define LC_FUNCTIONS(X)                                                            \
  X(int, memcmp, (const void *, const void *, size_t))                             \
  X(int, bcmp, (const void *, const void *, size_t))                               \
  X(void *, memchr, (const void *, int, size_t))                                   \
  X(size_t, strlen, (const char *))                                                \
  X(size_t, strnlen, (const char *, size_t))                                       \
  X(int, strcmp, (const char *, const char *))                                     \
  X(int, strncmp, (const char *, const char *, size_t))                            \
  X(char *, strchr, (const char *, int))                                           \
  X(char *, strrchr, (const char *, int))                                          \
  X(char *, strstr, (const char *, const char *))                                  \
  X(char *, strcpy, (char *, const char *))                                        \
  X(char *, strncpy, (char *, const char *, size_t))                               \
  X(char *, stpcpy, (char *, const char *))                                        \
  X(char *, strcat, (char *, const char *))                                        \
  X(char *, strncat, (char *, const char *, size_t))                               \
  X(char *, __strcpy_chk, (char *, const char *, size_t))                          \
  X(char *, __strncpy_chk, (char *, const char *, size_t, size_t))                 \
  X(char *, __stpcpy_chk, (char *, const char *, size_t))                          \
  X(char *, __strcat_chk, (char *, const char *, size_t))                          \
  X(char *, __strncat_chk, (char *, const char *, size_t, size_t))                 \
  X(char *, strdup, (const char *))                                                \
  X(char *, strndup, (const char *, size_t))

static struct {
#define X(result, name, parameters) result(*name) parameters;
  LC_FUNCTIONS(X)
#undef X
} reals;

#define X(result, name, parameters) \
  static inline __typeof__(reals.name) real_##name(void) {                                 \
    __typeof__(reals.name) known = __atomic_load_n(&reals.name, __ATOMIC_RELAXED);         \
    if (LC_UNLIKELY(known == 0)) {                                                         \
      known = (__typeof__(reals.name))dlsym(RTLD_NEXT, #name);                             \
      __atomic_store_n(&reals.name, known, __ATOMIC_RELAXED);                              \
    }                                                                                      \
    return known;                                                                          \
  }
LC_FUNCTIONS(X)
#undef X

/// How many bytes of a string are looked at, its end among them.
static size_t extent(const char *text) { return real_strlen()(text) + 1; }
static size_t extent_within(const char *text, size_t limit) {
  size_t length = real_strnlen()(text, limit);
  return length < limit ? length + 1 : limit;
}

/// Up to the first difference, or the end of both.
static size_t compared(const char *a, const char *b, size_t limit) {
  size_t at = 0;
  while (at < limit && a[at] == b[at] && a[at] != 0) at++;
  return at < limit ? at + 1 : limit;
}

static void read_both(const void *a, const void *b, size_t size, uintptr_t frame) {
  lc_library_touches(a, size, false, frame);
  lc_library_touches(b, size, false, frame);
}

static void copy(char *to, const char *from, uintptr_t frame) {
  size_t size = extent(from);
  lc_library_touches(from, size, false, frame);
  lc_library_touches(to, size, true, frame);
}

static void copy_within(char *to, const char *from, size_t size, uintptr_t frame) {
  lc_library_touches(from, extent_within(from, size), false, frame);
  lc_library_touches(to, size, true, frame);
}

/// Behind the text that is there.
static void append(char *to, const char *from, size_t limit, uintptr_t frame) {
  size_t size = real_strnlen()(from, limit), length = extent(to) - 1;
  lc_library_touches(from, extent_within(from, limit), false, frame);
  lc_library_touches(to, length, false, frame);
  lc_library_touches(to + length, size + 1, true, frame);
}

int memcmp(const void *a, const void *b, size_t size) {
  if (LC_UNLIKELY(lc_has_accesses)) read_both(a, b, size, lc_frame_address());
  return real_memcmp()(a, b, size);
}

// What compilers make of a `memcmp` that is only asked whether there is a difference.
int bcmp(const void *a, const void *b, size_t size) {
  if (LC_UNLIKELY(lc_has_accesses)) read_both(a, b, size, lc_frame_address());
  return real_bcmp()(a, b, size);
}

void *memchr(const void *bytes, int byte, size_t size) {
  if (LC_UNLIKELY(lc_has_accesses)) {
    void *found = real_memchr()(bytes, byte, size);
    LC_READS(bytes, found == 0 ? size : (size_t)((char *)found - (char *)bytes) + 1);
  }
  return real_memchr()(bytes, byte, size);
}

size_t strlen(const char *text) {
  if (LC_UNLIKELY(lc_has_accesses)) LC_READS(text, extent(text));
  return real_strlen()(text);
}

size_t strnlen(const char *text, size_t limit) {
  if (LC_UNLIKELY(lc_has_accesses)) LC_READS(text, extent_within(text, limit));
  return real_strnlen()(text, limit);
}

int strcmp(const char *a, const char *b) {
  if (LC_UNLIKELY(lc_has_accesses)) read_both(a, b, compared(a, b, SIZE_MAX), lc_frame_address());
  return real_strcmp()(a, b);
}

int strncmp(const char *a, const char *b, size_t limit) {
  if (LC_UNLIKELY(lc_has_accesses)) read_both(a, b, compared(a, b, limit), lc_frame_address());
  return real_strncmp()(a, b, limit);
}

char *strchr(const char *text, int byte) {
  if (LC_UNLIKELY(lc_has_accesses)) {
    char *found = real_strchr()(text, byte);
    LC_READS(text, found == 0 ? extent(text) : (size_t)(found - text) + 1);
  }
  return real_strchr()(text, byte);
}

char *strrchr(const char *text, int byte) {
  if (LC_UNLIKELY(lc_has_accesses)) LC_READS(text, extent(text));
  return real_strrchr()(text, byte);
}

char *strstr(const char *text, const char *part) {
  if (LC_UNLIKELY(lc_has_accesses)) {
    LC_READS(text, extent(text));
    LC_READS(part, extent(part));
  }
  return real_strstr()(text, part);
}

char *strcpy(char *to, const char *from) {
  if (LC_UNLIKELY(lc_has_accesses)) copy(to, from, lc_frame_address());
  return real_strcpy()(to, from);
}

char *strncpy(char *to, const char *from, size_t size) {
  if (LC_UNLIKELY(lc_has_accesses)) copy_within(to, from, size, lc_frame_address());
  return real_strncpy()(to, from, size);
}

char *stpcpy(char *to, const char *from) {
  if (LC_UNLIKELY(lc_has_accesses)) copy(to, from, lc_frame_address());
  return real_stpcpy()(to, from);
}

char *strcat(char *to, const char *from) {
  if (LC_UNLIKELY(lc_has_accesses)) append(to, from, SIZE_MAX, lc_frame_address());
  return real_strcat()(to, from);
}

char *strncat(char *to, const char *from, size_t limit) {
  if (LC_UNLIKELY(lc_has_accesses)) append(to, from, limit, lc_frame_address());
  return real_strncat()(to, from, limit);
}

// The same, where `_FORTIFY_SOURCE` has them look at how much room there is.

char *__strcpy_chk(char *to, const char *from, size_t room) {
  if (LC_UNLIKELY(lc_has_accesses)) copy(to, from, lc_frame_address());
  return real___strcpy_chk()(to, from, room);
}

char *__strncpy_chk(char *to, const char *from, size_t size, size_t room) {
  if (LC_UNLIKELY(lc_has_accesses)) copy_within(to, from, size, lc_frame_address());
  return real___strncpy_chk()(to, from, size, room);
}

char *__stpcpy_chk(char *to, const char *from, size_t room) {
  if (LC_UNLIKELY(lc_has_accesses)) copy(to, from, lc_frame_address());
  return real___stpcpy_chk()(to, from, room);
}

char *__strcat_chk(char *to, const char *from, size_t room) {
  if (LC_UNLIKELY(lc_has_accesses)) append(to, from, SIZE_MAX, lc_frame_address());
  return real___strcat_chk()(to, from, room);
}

char *__strncat_chk(char *to, const char *from, size_t limit, size_t room) {
  if (LC_UNLIKELY(lc_has_accesses)) append(to, from, limit, lc_frame_address());
  return real___strncat_chk()(to, from, limit, room);
}

char *strdup(const char *text) {
  if (LC_UNLIKELY(lc_has_accesses)) LC_READS(text, extent(text));
  return real_strdup()(text);
}

char *strndup(const char *text, size_t limit) {
  if (LC_UNLIKELY(lc_has_accesses)) LC_READS(text, extent_within(text, limit));
  return real_strndup()(text, limit);
}
