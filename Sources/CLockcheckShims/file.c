#define _GNU_SOURCE
#include "lc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lc_system.h"

struct lc_file {
  /// -1 when the file has been closed.
  int fd;
  dev_t device;
  ino_t inode;
  char path[PATH_MAX];
};

/// Whether the descriptor is open on this very file.
static bool is_on(const lc_file *file, int fd) {
  struct stat status;
  return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == file->device &&
         status.st_ino == file->inode;
}

/// The descriptor, opened again by the file's name where the program has closed it. Negative without.
static int descriptor(lc_file *file) {
  if (file->fd < 0 || is_on(file, file->fd)) return file->fd;
  int fd = lc_open_out_of_the_way(file->path, O_RDWR);
  if (fd < 0) return -1;
  if (!is_on(file, fd)) {
    close(fd);
    return -1;
  }
  flock(fd, LOCK_EX | LOCK_NB);
  return file->fd = fd;
}

lc_file *lc_file_make(const char *path, int *error) {
  lc_file *file = lc_map_memory(sizeof *file);
  struct stat status;
  int fd = lc_open_out_of_the_way(path, O_RDWR | O_CREAT);
  // Emptying a file that another process has mapped would end that process with SIGBUS.
  bool is_open = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(fd, 0) == 0 &&
                 fstat(fd, &status) == 0;
  *error = is_open ? 0 : errno;
  if (is_open && file == 0) *error = ENOMEM;
  if (*error != 0) {
    if (fd >= 0) close(fd);
    lc_unmap(file, sizeof *file);
    return 0;
  }
  file->fd = fd;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  // The process may go to another directory.
  if (realpath(path, file->path) == 0) file->path[0] = 0;
  return file;
}

/// Whether a file of this length would raise SIGXFSZ.
static bool is_beyond_limit(uint64_t length) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         length > limit.rlim_cur;
}

int lc_file_extend(lc_file *file, uint64_t offset, uint64_t bytes) {
  if (is_beyond_limit(offset + bytes)) return EFBIG;
  int fd = descriptor(file);
  if (fd < 0) return EBADF;
  int error;
  do error = posix_fallocate(fd, (off_t)offset, (off_t)bytes);
  while (error == EINTR);
  return error;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static void *map_shared(int fd, uint64_t offset, size_t bytes) {
  void *memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
  if (memory == MAP_FAILED) return 0;
  madvise(memory, bytes, MADV_POPULATE_WRITE);
  madvise(memory, bytes, MADV_DONTFORK);
  return memory;
}

// A page that is first written to through its mapping costs a fault, a read of nothing and an entry in
// the file system's journal. Zeros by `pwrite` bring the whole part into the page cache at once, in large
// folios where the kernel has them; then its pages are mapped ready to be written. Where either is
// refused the faults do it, one by one.
void *lc_file_map(lc_file *file, uint64_t offset, size_t bytes) {
  static uint8_t zeros[1 << 16];
  if (is_beyond_limit(offset + bytes)) return 0;
  int fd = descriptor(file);
  if (fd < 0) return 0;
  for (size_t done = 0; done < bytes;) {
    size_t piece = bytes - done < sizeof zeros ? bytes - done : sizeof zeros;
    ssize_t written = pwrite(fd, zeros, piece, (off_t)(offset + done));
    if (written <= 0) break;
    done += (size_t)written;
  }
  return map_shared(fd, offset, bytes);
}

void *lc_file_map_again(lc_file *file, uint64_t offset, size_t bytes) {
  int fd = descriptor(file);
  return fd < 0 ? 0 : map_shared(fd, offset, bytes);
}

int lc_file_close(lc_file *file, uint64_t length) {
  int fd = descriptor(file), error = 0;
  if (fd < 0) {
    error = EBADF;
  } else {
    if (ftruncate(fd, (off_t)length) != 0) error = errno;
    if (close(fd) != 0 && error == 0) error = errno;
  }
  lc_unmap(file, sizeof *file);
  return error;
}

void lc_file_abandon(lc_file *file) {
  if (is_on(file, file->fd)) close(file->fd);
  file->fd = -1;
}
