#include "lc_order.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lc_system.h"

/// Descriptors from this number on are not looked at.
#define LC_DESCRIPTORS 1024

/// Words of memory that stand for them.
static uint64_t variables[LC_DESCRIPTORS] __attribute__((aligned(64)));

/// The file that a number has stood for since it was made, as the system counts files; 0 where that was not seen.
/// What is closed and made again without a call that is seen is another file.
static uint64_t files[LC_DESCRIPTORS];

void __tsan_read8_pc(void *a, void *pc);
void __tsan_write8_pc(void *a, void *pc);

static uint64_t file_of(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) return 0;
  return (about.st_dev * 0x9E3779B97F4A7C15u ^ about.st_ino) | 1;
}

static bool is_counted(int fd) {
  return lc_has_accesses && fd >= 0 && fd < LC_DESCRIPTORS && !lc_is_in_child_of_vfork();
}

static void begins(int fd, uintptr_t frame) {
  if (!is_counted(fd)) return;
  int kept = errno;
  bool is_instrumented = lc_is_instrumented_caller(frame);
  __atomic_store_n(&files[fd], is_instrumented ? file_of(fd) : 0, __ATOMIC_RELAXED);
  uintptr_t variable = (uintptr_t)&variables[fd];
  lc_memory_forget(variable, variable + 8, false, false);
  if (is_instrumented) __tsan_write8_pc((void *)variable, (void *)lc_return_address(frame));
  errno = kept;
}

void lc_descriptor_used(int fd, uintptr_t frame) {
  if (!is_counted(fd)) return;
  uint64_t file = __atomic_load_n(&files[fd], __ATOMIC_RELAXED);
  if (file == 0 || !lc_is_instrumented_caller(frame)) return;
  int kept = errno;
  // Else the number was closed, and stands for another, by calls that were not seen.
  if (file == file_of(fd)) __tsan_read8_pc(&variables[fd], (void *)lc_return_address(frame));
  errno = kept;
}

void lc_descriptor_ends(int fd, uintptr_t frame) {
  if (!is_counted(fd)) return;
  uint64_t file = __atomic_exchange_n(&files[fd], 0, __ATOMIC_RELAXED);
  int kept = errno;
  if (file != 0 && file == file_of(fd) && lc_is_instrumented_caller(frame))
    __tsan_write8_pc(&variables[fd], (void *)lc_return_address(frame));
  errno = kept;
}

/// `fd` stands for another file, without having been closed in between.
static void changes(int fd, uintptr_t frame) {
  if (!is_counted(fd)) return;
  int kept = errno;
  if (__atomic_load_n(&files[fd], __ATOMIC_RELAXED) == 0)
    begins(fd, frame);
  else
    __atomic_store_n(&files[fd], file_of(fd), __ATOMIC_RELAXED);
  errno = kept;
}

static int begun(int fd, uintptr_t frame) {
  if (fd >= 0) begins(fd, frame);
  return fd;
}

#define LC_OPENS(name, parameters, last, arguments, ...)  \
  int name parameters {                                   \
    LC_REAL(int, name, __VA_ARGS__)                       \
    mode_t mode = 0;                                      \
    if (flags & (O_CREAT | __O_TMPFILE)) {                \
      va_list rest;                                       \
      va_start(rest, last);                               \
      mode = va_arg(rest, mode_t);                        \
      va_end(rest);                                       \
    }                                                     \
    return begun(real arguments, lc_frame_address());     \
  }
LC_OPENS(open, (const char *path, int flags, ...), flags, (path, flags, mode), const char *, int, ...)
LC_OPENS(open64, (const char *path, int flags, ...), flags, (path, flags, mode), const char *, int, ...)
LC_OPENS(openat, (int at, const char *path, int flags, ...), flags, (at, path, flags, mode), int, const char *, int, ...)
LC_OPENS(openat64, (int at, const char *path, int flags, ...), flags, (at, path, flags, mode), int, const char *, int, ...)

#define LC_MAKES(name, parameters, arguments, ...)        \
  int name parameters {                                   \
    LC_REAL(int, name, __VA_ARGS__)                       \
    return begun(real arguments, lc_frame_address());     \
  }
LC_MAKES(creat, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
LC_MAKES(creat64, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
LC_MAKES(socket, (int family, int type, int protocol), (family, type, protocol), int, int, int)

int dup(int fd) {
  LC_REAL(int, dup, int)
  lc_descriptor_used(fd, lc_frame_address());
  return begun(real(fd), lc_frame_address());
}

int lc_descriptor_replaced(int fd, int onto, int result, uintptr_t frame) {
  if (result >= 0 && fd != onto) changes(onto, frame);
  return result;
}

static int both_begun(int result, const int ends[2], uintptr_t frame) {
  if (result != 0) return result;
  begins(ends[0], frame);
  begins(ends[1], frame);
  return result;
}

int pipe(int ends[2]) {
  LC_REAL(int, pipe, int *)
  return both_begun(real(ends), ends, lc_frame_address());
}

int pipe2(int ends[2], int flags) {
  if (__builtin_expect(lc_is_in_unwinder(lc_return_address(lc_frame_address())), 0)) {
    ends[0] = LC_PROBE_OUT;
    ends[1] = LC_PROBE_IN;
    return 0;
  }
  LC_REAL(int, pipe2, int *, int)
  return both_begun(real(ends, flags), ends, lc_frame_address());
}

int socketpair(int family, int type, int protocol, int ends[2]) {
  LC_REAL(int, socketpair, int, int, int, int *)
  return both_begun(real(family, type, protocol, ends), ends, lc_frame_address());
}
