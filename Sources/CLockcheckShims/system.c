#define _GNU_SOURCE
#include "lc_system.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

size_t lc_page_size(void) {
  static size_t size = 0;
  if (size == 0) size = (size_t)sysconf(_SC_PAGESIZE);
  return size;
}

void *lc_map_memory(size_t bytes) {
  void *memory =
      mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? 0 : memory;
}

void lc_unmap(void *memory, size_t bytes) {
  if (memory) munmap(memory, bytes);
}

int lc_open_above_standard(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int error = errno;
  close(fd);
  errno = error;
  return moved;
}

int lc_file_open(const char *path) {
  int fd = lc_open_above_standard(path, O_RDWR | O_CREAT);
  if (fd < 0) return -errno;
  // Emptying a file that another process has mapped would end that process with SIGBUS.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || ftruncate(fd, 0) != 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

/// Whether a file of this length would raise SIGXFSZ.
static bool is_beyond_limit(uint64_t length) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         length > limit.rlim_cur;
}

int lc_file_extend(int fd, uint64_t offset, uint64_t bytes) {
  if (is_beyond_limit(offset + bytes)) return EFBIG;
  int error;
  do error = posix_fallocate(fd, (off_t)offset, (off_t)bytes);
  while (error == EINTR);
  return error;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

// A page that is first written to through its mapping costs a fault, a read of nothing and an entry in
// the file system's journal. Zeros by `pwrite` bring the whole part into the page cache at once, in large
// folios where the kernel has them; then its pages are mapped ready to be written. Where either is
// refused the faults do it, one by one.
void *lc_file_map(int fd, uint64_t offset, size_t bytes) {
  static uint8_t zeros[1 << 16];
  if (is_beyond_limit(offset + bytes)) return 0;
  for (size_t done = 0; done < bytes;) {
    size_t piece = bytes - done < sizeof zeros ? bytes - done : sizeof zeros;
    ssize_t written = pwrite(fd, zeros, piece, (off_t)(offset + done));
    if (written <= 0) break;
    done += (size_t)written;
  }
  void *memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
  if (memory == MAP_FAILED) return 0;
  madvise(memory, bytes, MADV_POPULATE_WRITE);
  madvise(memory, bytes, MADV_DONTFORK);
  return memory;
}

int lc_file_close(int fd, uint64_t length) {
  int error = 0;
  if (ftruncate(fd, (off_t)length) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

typedef struct visit_state {
  void *context;
  void (*visit)(void *, const char *, uint64_t, uint64_t, uint64_t, const uint8_t *, size_t);
  bool is_first;
} visit_state;

static int visit_module(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  visit_state *state = argument;
  uint64_t low = UINT64_MAX, high = 0;
  const uint8_t *build_id = 0;
  size_t build_id_length = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uint64_t start = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
      if (start < low) low = start;
      if (start + header->p_memsz > high) high = start + header->p_memsz;
    }
    if (header->p_type != PT_NOTE) continue;
    const uint8_t *note = (const uint8_t *)start, *end = note + header->p_memsz;
    while (note + sizeof(ElfW(Nhdr)) <= end) {
      const ElfW(Nhdr) *entry = (const ElfW(Nhdr) *)note;
      const uint8_t *name = note + sizeof(*entry);
      const uint8_t *data = name + ((entry->n_namesz + 3u) & ~3u);
      if (data + entry->n_descsz > end) break;
      if (entry->n_type == NT_GNU_BUILD_ID && entry->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
        build_id = data;
        build_id_length = entry->n_descsz;
      }
      note = data + ((entry->n_descsz + 3u) & ~3u);
    }
  }
  char self[4096];
  const char *path = info->dlpi_name;
  if (state->is_first || path == 0 || path[0] == 0) {
    if (!state->is_first) {
      path = "";
    } else {
      ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
      self[length > 0 ? length : 0] = 0;
      path = self;
    }
  }
  state->is_first = false;
  if (high > low)
    state->visit(state->context, path, info->dlpi_addr, low, high, build_id, build_id_length);
  return 0;
}

void lc_modules_visit(
    void *context,
    void (*visit)(
        void *context, const char *path, uint64_t bias, uint64_t low, uint64_t high,
        const uint8_t *build_id, size_t build_id_length)) {
  visit_state state = {context, visit, true};
  dl_iterate_phdr(visit_module, &state);
}

size_t lc_command_line(char *buffer, size_t size) {
  int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  size_t length = 0;
  while (length < size) {
    ssize_t count = read(fd, buffer + length, size - length);
    if (count <= 0) break;
    length += (size_t)count;
  }
  close(fd);
  return length;
}

const char *lc_environment(const char *name) { return secure_getenv(name); }

uintptr_t lc_unwinder_low = 0, lc_unwinder_high = 0;

static void note_unwinder(
    void *function, const char *path, uint64_t bias, uint64_t low, uint64_t high, const uint8_t *id,
    size_t id_length) {
  (void)path, (void)bias, (void)id, (void)id_length;
  if ((uintptr_t)function < low || (uintptr_t)function >= high) return;
  lc_unwinder_low = low;
  lc_unwinder_high = high;
}

void *lc_load_unwinder(const char *library) {
  // RTLD_LOCAL: in the global scope it would replace `backtrace` and `_Unwind_*` for everybody.
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void *function = handle ? dlsym(handle, "unw_backtrace") : 0;
  if (function != 0) lc_modules_visit(function, note_unwinder);
  return function;
}

void lc_thread_system_name(char *buffer, size_t size) {
  if (pthread_getname_np(pthread_self(), buffer, size) != 0) buffer[0] = 0;
}

bool lc_is_main_thread(void) { return getpid() == (pid_t)syscall(SYS_gettid); }
