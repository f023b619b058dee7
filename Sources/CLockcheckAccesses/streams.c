#include "lc_order.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// Streams at the ends of pipes and sockets. When the C library writes what it has collected, and reads ahead, is
// its own business: each call of output gives, and each call of input takes. What goes through files and
// terminals is left alone.

#undef fflush_unlocked
#undef fputc_unlocked
#undef putc
#undef putc_unlocked
#undef putchar
#undef putchar_unlocked
#undef getc
#undef getc_unlocked
#undef getchar
#undef getchar_unlocked
#undef fgetc_unlocked
#undef fread_unlocked
#undef fwrite_unlocked

#define LC_DESCRIPTORS 4096
enum { UNKNOWN, SENDS, STAYS };
static uint8_t kinds[LC_DESCRIPTORS];

void lc_descriptor_changes(int fd) {
  if (fd >= 0 && fd < LC_DESCRIPTORS) __atomic_store_n(&kinds[fd], UNKNOWN, __ATOMIC_RELAXED);
}

static uint8_t kind_of(int fd) {
  uint8_t kind = fd < LC_DESCRIPTORS ? __atomic_load_n(&kinds[fd], __ATOMIC_RELAXED) : UNKNOWN;
  if (kind != UNKNOWN) return kind;
  struct stat about;
  if (fstat(fd, &about) != 0) return STAYS;
  kind = S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode) ? SENDS : STAYS;
  if (fd < LC_DESCRIPTORS) __atomic_store_n(&kinds[fd], kind, __ATOMIC_RELAXED);
  return kind;
}

static void note(FILE *stream, bool is_taking, uintptr_t frame) {
  if (!lc_orders(frame) || stream == 0) return;
  int kept = errno, fd = fileno(stream);
  if (fd >= 0 && kind_of(fd) == SENDS) lc_note_descriptor(fd, is_taking, frame);
  errno = kept;
}

/// Of `fflush` for all streams: those that were written to.
static void note_all(uintptr_t frame) {
  if (!lc_orders(frame)) return;
  for (int fd = 0; fd < LC_DESCRIPTORS; fd++)
    if (__atomic_load_n(&kinds[fd], __ATOMIC_RELAXED) == SENDS) lc_note_descriptor(fd, false, frame);
}

// These begin with what the real function is to be given, and end with the types.

#define LC_STREAM_REAL(result, name, ...) LC_NEXT(real, result, #name, __VA_ARGS__)

#define LC_PUTS(result, name, stream, parameters, arguments, ...) \
  LC_PUTS_BYTES(0, 0, result, name, stream, parameters, arguments, __VA_ARGS__)
#define LC_PUTS_BYTES(bytes, size, result, name, stream, parameters, arguments, ...)           \
  result name parameters {                                                                     \
    LC_STREAM_REAL(result, name, __VA_ARGS__)                                                  \
    if (__builtin_expect(!lc_has_accesses, 1)) return real arguments;                          \
    lc_library_touches(bytes, size, false, lc_frame_address());                                \
    note(stream, false, lc_frame_address());                                                   \
    return real arguments;                                        \
  }
#define LC_GETS(result, name, stream, parameters, arguments, ...) \
  LC_GETS_BYTES(0, 0, result, name, stream, parameters, arguments, __VA_ARGS__)
#define LC_GETS_BYTES(bytes, size, result, name, stream, parameters, arguments, ...)           \
  result name parameters {                                                                     \
    LC_STREAM_REAL(result, name, __VA_ARGS__)                                                  \
    result got = real arguments;                                                               \
    note(stream, true, lc_frame_address());                                                    \
    if (lc_has_accesses) lc_library_touches(bytes, size, true, lc_frame_address());            \
    return got;                                                   \
  }

int fflush(FILE *stream) {
  LC_STREAM_REAL(int, fflush, FILE *)
  if (stream != 0)
    note(stream, false, lc_frame_address());
  else
    note_all(lc_frame_address());
  return real(stream);
}
LC_PUTS(int, fflush_unlocked, s, (FILE *s), (s), FILE *)

static void ends(FILE *stream, uintptr_t frame) {
  if (stream == 0) return;
  note(stream, false, frame);
  int kept = errno;
  lc_descriptor_changes(fileno(stream));
  lc_descriptor_ends(fileno(stream), frame);
  errno = kept;
}

int fclose(FILE *stream) {
  LC_STREAM_REAL(int, fclose, FILE *)
  ends(stream, lc_frame_address());
  return real(stream);
}
int pclose(FILE *stream) {
  LC_STREAM_REAL(int, pclose, FILE *)
  ends(stream, lc_frame_address());
  int status = real(stream);
  if (status != -1 && lc_orders(lc_frame_address())) lc_take(LC_CHANNEL_CHILDREN);
  return status;
}
FILE *freopen(const char *path, const char *mode, FILE *stream) {
  LC_STREAM_REAL(FILE *, freopen, const char *, const char *, FILE *)
  ends(stream, lc_frame_address());
  return real(path, mode, stream);
}
FILE *freopen64(const char *path, const char *mode, FILE *stream) {
  LC_STREAM_REAL(FILE *, freopen64, const char *, const char *, FILE *)
  ends(stream, lc_frame_address());
  return real(path, mode, stream);
}

#define LC_PUTS_CHARACTER(name) LC_PUTS(int, name, s, (int c, FILE *s), (c, s), int, FILE *)
LC_PUTS_CHARACTER(fputc)
LC_PUTS_CHARACTER(fputc_unlocked)
LC_PUTS_CHARACTER(putc)
LC_PUTS_CHARACTER(_IO_putc)
LC_PUTS_CHARACTER(putc_unlocked)
LC_PUTS(int, __overflow, s, (FILE *s, int c), (s, c), FILE *, int)
LC_PUTS(int, putchar, stdout, (int c), (c), int)
LC_PUTS(int, putchar_unlocked, stdout, (int c), (c), int)
LC_PUTS_BYTES(text, strlen(text) + 1, int, puts, stdout, (const char *text), (text), const char *)
LC_PUTS_BYTES(text, strlen(text) + 1, int, fputs, s, (const char *text, FILE *s), (text, s), const char *, FILE *)
LC_PUTS_BYTES(text, strlen(text) + 1, int, fputs_unlocked, s, (const char *text, FILE *s), (text, s), const char *, FILE *)
#define LC_PUTS_BLOCK(name)                                                                    \
  LC_PUTS_BYTES(from, size * count, size_t, name, s, (const void *from, size_t size, size_t count, FILE *s),             \
          (from, size, count, s), const void *, size_t, size_t, FILE *)
LC_PUTS_BLOCK(fwrite)
LC_PUTS_BLOCK(fwrite_unlocked)

LC_PUTS(int, vfprintf, s, (FILE *s, const char *format, va_list rest), (s, format, rest), FILE *,
        const char *, va_list)
LC_PUTS(int, __vfprintf_chk, s, (FILE *s, int flag, const char *format, va_list rest),
        (s, flag, format, rest), FILE *, int, const char *, va_list)
LC_PUTS(int, vprintf, stdout, (const char *format, va_list rest), (format, rest), const char *, va_list)
LC_PUTS(int, __vprintf_chk, stdout, (int flag, const char *format, va_list rest), (flag, format, rest),
        int, const char *, va_list)

int fprintf(FILE *s, const char *format, ...) {
  note(s, false, lc_frame_address());
  LC_WITH_REST(format, vfprintf, (s, format, rest), FILE *, const char *)
  return got;
}
int __fprintf_chk(FILE *s, int flag, const char *format, ...) {
  note(s, false, lc_frame_address());
  LC_WITH_REST(format, __vfprintf_chk, (s, flag, format, rest), FILE *, int, const char *)
  return got;
}
int printf(const char *format, ...) {
  note(stdout, false, lc_frame_address());
  LC_WITH_REST(format, vprintf, (format, rest), const char *)
  return got;
}
int __printf_chk(int flag, const char *format, ...) {
  note(stdout, false, lc_frame_address());
  LC_WITH_REST(format, __vprintf_chk, (flag, format, rest), int, const char *)
  return got;
}

// Past the streams, to a descriptor.

int vdprintf(int fd, const char *format, va_list rest) {
  LC_STREAM_REAL(int, vdprintf, int, const char *, va_list)
  lc_note_descriptor(fd, false, lc_frame_address());
  return real(fd, format, rest);
}
int __vdprintf_chk(int fd, int flag, const char *format, va_list rest) {
  LC_STREAM_REAL(int, __vdprintf_chk, int, int, const char *, va_list)
  lc_note_descriptor(fd, false, lc_frame_address());
  return real(fd, flag, format, rest);
}
int dprintf(int fd, const char *format, ...) {
  lc_note_descriptor(fd, false, lc_frame_address());
  LC_WITH_REST(format, vdprintf, (fd, format, rest), int, const char *)
  return got;
}
int __dprintf_chk(int fd, int flag, const char *format, ...) {
  lc_note_descriptor(fd, false, lc_frame_address());
  LC_WITH_REST(format, __vdprintf_chk, (fd, flag, format, rest), int, int, const char *)
  return got;
}

#define LC_GETS_CHARACTER(name) LC_GETS(int, name, s, (FILE *s), (s), FILE *)
LC_GETS_CHARACTER(fgetc)
LC_GETS_CHARACTER(fgetc_unlocked)
LC_GETS_CHARACTER(getc)
LC_GETS_CHARACTER(_IO_getc)
LC_GETS_CHARACTER(getc_unlocked)
LC_GETS_CHARACTER(__uflow)
LC_GETS_CHARACTER(__underflow)
LC_GETS(int, getchar, stdin, (void), (), void)
LC_GETS(int, getchar_unlocked, stdin, (void), (), void)
LC_GETS_BYTES(to, got == 0 ? 0 : strlen(to) + 1, char *, fgets, s, (char *to, int size, FILE *s), (to, size, s), char *, int, FILE *)
LC_GETS_BYTES(to, got == 0 ? 0 : strlen(to) + 1, char *, fgets_unlocked, s, (char *to, int size, FILE *s), (to, size, s), char *, int, FILE *)
LC_GETS_BYTES(to, got == 0 ? 0 : strlen(to) + 1, char *, __fgets_chk, s, (char *to, size_t room, int size, FILE *s),
              (to, room, size, s), char *, size_t, int, FILE *)
LC_GETS_BYTES(to, got == 0 ? 0 : strlen(to) + 1, char *, __fgets_unlocked_chk, s,
              (char *to, size_t room, int size, FILE *s), (to, room, size, s), char *, size_t, int, FILE *)
#define LC_GETS_BLOCK(name)                                                                    \
  LC_GETS_BYTES(to, size * got, size_t, name, s, (void *to, size_t size, size_t count, FILE *s), (to, size, count, s), \
          void *, size_t, size_t, FILE *)
LC_GETS_BLOCK(fread)
LC_GETS_BLOCK(fread_unlocked)
#define LC_GETS_CHECKED_BLOCK(name)                                                            \
  LC_GETS_BYTES(to, size * got, size_t, name, s, (void *to, size_t room, size_t size, size_t count, FILE *s), \
                (to, room, size, count, s), void *, size_t, size_t, size_t, FILE *)
LC_GETS_CHECKED_BLOCK(__fread_chk)
LC_GETS_CHECKED_BLOCK(__fread_unlocked_chk)

/// What a variable of the caller's holds before the call.
#define LC_HELD(place) ((place) == 0 ? 0 : *(place))

/// A line was read: into its buffer, and where that had no room, into another.
static void note_line(char **to, size_t *room, char *text, size_t size, ssize_t got, uintptr_t frame) {
  if (got < 0) return;
  lc_library_touches(to, sizeof *to, *to != text, frame);
  lc_library_touches(room, sizeof *room, *room != size, frame);
  lc_library_touches(*to, (size_t)got + 1, true, frame);
}

#define LC_GETS_LINE(name, parameters, arguments, ...)                                         \
  ssize_t name parameters {                                                                    \
    LC_STREAM_REAL(ssize_t, name, __VA_ARGS__)                                                 \
    char *text = LC_HELD(to);                                                                  \
    size_t size = LC_HELD(room);                                                               \
    ssize_t got = real arguments;                                                              \
    note(s, true, lc_frame_address());                                                         \
    if (lc_has_accesses) note_line(to, room, text, size, got, lc_frame_address());             \
    return got;                                                                                \
  }
LC_GETS_LINE(getline, (char **to, size_t *room, FILE *s), (to, room, s), char **, size_t *, FILE *)
#define LC_GETS_UNTIL(name)                                                                    \
  LC_GETS_LINE(name, (char **to, size_t *room, int end, FILE *s), (to, room, end, s), char **, \
               size_t *, int, FILE *)
LC_GETS_UNTIL(getdelim)
LC_GETS_UNTIL(__getdelim)

// Of `scanf` there are those of several versions of C, to which headers redirect: so these go by labels.

#define LC_SCANS(prefix)                                                                         \
  int lc_vfscanf##prefix(FILE *, const char *, va_list) __asm__(#prefix "vfscanf");              \
  int lc_vscanf##prefix(const char *, va_list) __asm__(#prefix "vscanf");                        \
  int lc_fscanf##prefix(FILE *, const char *, ...) __asm__(#prefix "fscanf");                    \
  int lc_scanf##prefix(const char *, ...) __asm__(#prefix "scanf");                              \
  static int scan##prefix(FILE *s, const char *format, va_list rest, uintptr_t frame) {          \
    LC_NEXT(real, int, #prefix "vfscanf", FILE *, const char *, va_list)                         \
    int got = real(s, format, rest);                                                             \
    note(s, true, frame);                                                                        \
    return got;                                                                                  \
  }                                                                                              \
  int lc_vfscanf##prefix(FILE *s, const char *format, va_list rest) {                            \
    return scan##prefix(s, format, rest, lc_frame_address());                                    \
  }                                                                                              \
  int lc_vscanf##prefix(const char *format, va_list rest) {                                      \
    return scan##prefix(stdin, format, rest, lc_frame_address());                                \
  }                                                                                              \
  int lc_fscanf##prefix(FILE *s, const char *format, ...) {                                      \
    va_list rest;                                                                                \
    va_start(rest, format);                                                                      \
    int got = scan##prefix(s, format, rest, lc_frame_address());                                 \
    va_end(rest);                                                                                \
    return got;                                                                                  \
  }                                                                                              \
  int lc_scanf##prefix(const char *format, ...) {                                                \
    va_list rest;                                                                                \
    va_start(rest, format);                                                                      \
    int got = scan##prefix(stdin, format, rest, lc_frame_address());                             \
    va_end(rest);                                                                                \
    return got;                                                                                  \
  }

LC_SCANS()
LC_SCANS(__isoc99_)
LC_SCANS(__isoc23_)
