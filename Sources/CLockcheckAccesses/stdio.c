#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "lc_accessor.h"
#include "lc_stack.h"

// What streams of the C library read and write of the memory of instrumented callers.

#define LC_REAL(result, name, ...)        \
  static result (*real)(__VA_ARGS__) = 0; \
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, #name);

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
