#include "lc_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

// Functions of the C library that write into memory of their caller's what they have found out or put together. Once
// they have returned it is known how much: that is recorded for callers that were compiled with access
// instrumentation. Where no accesses are recorded most are a jump to the real one.

// These begin with what the caller reads and what is written to, in terms of what the real function has returned, as
// `got`; then what it is given, and the types.

#define LC_FILLS(bytes, size, result, name, parameters, arguments, ...) \
  LC_MAKES(0, 0, bytes, size, result, name, parameters, arguments, __VA_ARGS__)
#define LC_MAKES(from, from_size, bytes, size, result, name, parameters, arguments, ...) \
  result name parameters {                                                               \
    LC_NEXT(real, result, #name, __VA_ARGS__)                                            \
    if (__builtin_expect(!lc_has_accesses, 1)) return real arguments;                    \
    lc_library_touches(from, from_size, false, lc_frame_address());                      \
    result got = real arguments;                                                         \
    lc_library_touches(bytes, size, true, lc_frame_address());                           \
    return got;                                                                          \
  }

/// How many bytes a text takes, its end among them; none where there is none.
static size_t text_size(const char *text) { return text == 0 ? 0 : strlen(text) + 1; }

// Of `printf`: what it reads is not recorded.

/// Of a text of `length`, negative where there was an error, what is written where there is room for `room` bytes.
static size_t printed(int length, size_t room) {
  if (length < 0) return 0;
  return (size_t)length < room ? (size_t)length + 1 : room;
}

LC_FILLS(to, printed(got, room), int, vsnprintf, (char *to, size_t room, const char *format, va_list rest),
         (to, room, format, rest), char *, size_t, const char *, va_list)
LC_FILLS(to, printed(got, room), int, __vsnprintf_chk,
         (char *to, size_t room, int flag, size_t size, const char *format, va_list rest),
         (to, room, flag, size, format, rest), char *, size_t, int, size_t, const char *, va_list)
LC_FILLS(to, printed(got, SIZE_MAX), int, vsprintf, (char *to, const char *format, va_list rest), (to, format, rest),
         char *, const char *, va_list)
LC_FILLS(to, printed(got, SIZE_MAX), int, __vsprintf_chk,
         (char *to, int flag, size_t size, const char *format, va_list rest), (to, flag, size, format, rest),
         char *, int, size_t, const char *, va_list)

int snprintf(char *to, size_t room, const char *format, ...) {
  LC_WITH_REST(format, vsnprintf, (to, room, format, rest), char *, size_t, const char *)
  lc_library_touches(to, printed(got, room), true, lc_frame_address());
  return got;
}
int __snprintf_chk(char *to, size_t room, int flag, size_t size, const char *format, ...) {
  LC_WITH_REST(format, __vsnprintf_chk, (to, room, flag, size, format, rest), char *, size_t, int, size_t, const char *)
  lc_library_touches(to, printed(got, room), true, lc_frame_address());
  return got;
}
int sprintf(char *to, const char *format, ...) {
  LC_WITH_REST(format, vsprintf, (to, format, rest), char *, const char *)
  lc_library_touches(to, printed(got, SIZE_MAX), true, lc_frame_address());
  return got;
}
int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...) {
  LC_WITH_REST(format, __vsprintf_chk, (to, flag, size, format, rest), char *, int, size_t, const char *)
  lc_library_touches(to, printed(got, SIZE_MAX), true, lc_frame_address());
  return got;
}

/// A text was put into a block of its own.
static void printed_anew(char **to, int length, uintptr_t frame) {
  if (!lc_has_accesses || length < 0) return;
  lc_library_touches(to, sizeof *to, true, frame);
  lc_library_touches(*to, (size_t)length + 1, true, frame);
}

int vasprintf(char **to, const char *format, va_list rest) {
  LC_NEXT(real, int, "vasprintf", char **, const char *, va_list)
  int got = real(to, format, rest);
  printed_anew(to, got, lc_frame_address());
  return got;
}
int __vasprintf_chk(char **to, int flag, const char *format, va_list rest) {
  LC_NEXT(real, int, "__vasprintf_chk", char **, int, const char *, va_list)
  int got = real(to, flag, format, rest);
  printed_anew(to, got, lc_frame_address());
  return got;
}
int asprintf(char **to, const char *format, ...) {
  LC_WITH_REST(format, vasprintf, (to, format, rest), char **, const char *)
  printed_anew(to, got, lc_frame_address());
  return got;
}
int __asprintf_chk(char **to, int flag, const char *format, ...) {
  LC_WITH_REST(format, __vasprintf_chk, (to, flag, format, rest), char **, int, const char *)
  printed_anew(to, got, lc_frame_address());
  return got;
}

// Of the system.

#define LC_WRITTEN_IF_POSITIVE (got > 0 ? (size_t)got : 0)

LC_FILLS(got, text_size(got), char *, getcwd, (char *to, size_t size), (to, size), char *, size_t)
LC_FILLS(got, text_size(got), char *, __getcwd_chk, (char *to, size_t size, size_t room), (to, size, room), char *,
         size_t, size_t)
LC_FILLS(got, text_size(got), char *, realpath, (const char *path, char *to), (path, to), const char *, char *)
LC_FILLS(got, text_size(got), char *, __realpath_chk, (const char *path, char *to, size_t room), (path, to, room),
         const char *, char *, size_t)
LC_FILLS(to, LC_WRITTEN_IF_POSITIVE, ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size),
         const char *, char *, size_t)
LC_FILLS(to, LC_WRITTEN_IF_POSITIVE, ssize_t, __readlink_chk, (const char *path, char *to, size_t size, size_t room),
         (path, to, size, room), const char *, char *, size_t, size_t)
LC_FILLS(to, LC_WRITTEN_IF_POSITIVE, ssize_t, readlinkat, (int fd, const char *path, char *to, size_t size),
         (fd, path, to, size), int, const char *, char *, size_t)
LC_FILLS(to, LC_WRITTEN_IF_POSITIVE, ssize_t, __readlinkat_chk,
         (int fd, const char *path, char *to, size_t size, size_t room), (fd, path, to, size, room), int, const char *,
         char *, size_t, size_t)
LC_FILLS(to, got == 0 ? strnlen(to, size) : 0, int, gethostname, (char *to, size_t size), (to, size), char *, size_t)

// Errors. The first kind returns the text, which may be another than that in the buffer.

LC_FILLS(to, got == to ? text_size(to) : 0, char *, strerror_r, (int number, char *to, size_t size),
         (number, to, size), int, char *, size_t)
LC_FILLS(to, got == to ? text_size(to) : 0, char *, __strerror_r, (int number, char *to, size_t size),
         (number, to, size), int, char *, size_t)
LC_FILLS(to, got == 0 ? text_size(to) : 0, int, __xpg_strerror_r, (int number, char *to, size_t size),
         (number, to, size), int, char *, size_t)

// Times.

LC_FILLS(to, got == 0 ? sizeof *to : 0, int, clock_gettime, (clockid_t clock, struct timespec *to), (clock, to),
         clockid_t, struct timespec *)
LC_FILLS(to, got == 0 ? sizeof *to : 0, int, gettimeofday, (struct timeval *to, void *zone), (to, zone),
         struct timeval *, void *)
LC_FILLS(to, to != 0 ? sizeof *to : 0, time_t, time, (time_t *to), (to), time_t *)
LC_MAKES(from, sizeof *from, to, got != 0 ? sizeof *to : 0, struct tm *, localtime_r,
         (const time_t *from, struct tm *to), (from, to), const time_t *, struct tm *)
LC_MAKES(from, sizeof *from, to, got != 0 ? sizeof *to : 0, struct tm *, gmtime_r,
         (const time_t *from, struct tm *to), (from, to), const time_t *, struct tm *)
LC_MAKES(from, sizeof *from, to, text_size(got), char *, asctime_r, (const struct tm *from, char *to), (from, to),
         const struct tm *, char *)
LC_MAKES(from, sizeof *from, to, text_size(got), char *, ctime_r, (const time_t *from, char *to), (from, to),
         const time_t *, char *)
LC_MAKES(from, sizeof *from, to, got > 0 ? got + 1 : 0, size_t, strftime,
         (char *to, size_t size, const char *format, const struct tm *from), (to, size, format, from), char *, size_t,
         const char *, const struct tm *)

// What is sorted is read and written, also as the function that compares sees it.

static void sorts(void *items, size_t count, size_t size, uintptr_t frame) {
  if (count < 2) return;
  lc_library_touches(items, count * size, false, frame);
  lc_library_touches(items, count * size, true, frame);
}

typedef int lc_compare(const void *, const void *);
typedef int lc_compare_with(const void *, const void *, void *);

void qsort(void *items, size_t count, size_t size, lc_compare *compare) {
  LC_NEXT(real, void, "qsort", void *, size_t, size_t, lc_compare *)
  if (__builtin_expect(!lc_has_accesses, 1)) return real(items, count, size, compare);
  sorts(items, count, size, lc_frame_address());
  real(items, count, size, compare);
  sorts(items, count, size, lc_frame_address());
}

void qsort_r(void *items, size_t count, size_t size, lc_compare_with *compare, void *with) {
  LC_NEXT(real, void, "qsort_r", void *, size_t, size_t, lc_compare_with *, void *)
  if (__builtin_expect(!lc_has_accesses, 1)) return real(items, count, size, compare, with);
  sorts(items, count, size, lc_frame_address());
  real(items, count, size, compare, with);
  sorts(items, count, size, lc_frame_address());
}
