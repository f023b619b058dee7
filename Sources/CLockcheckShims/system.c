#define _GNU_SOURCE
#include "lc_system.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
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

/// Opens a file with a number from `least` on.
static int open_from(int least, const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0 || fd >= least) return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, least);
  int error = errno;
  close(fd);
  errno = error;
  return moved;
}

int lc_open_above_standard(const char *path, int flags) {
  return open_from(STDERR_FILENO + 1, path, flags);
}

int lc_open_out_of_the_way(const char *path, int flags) {
  struct rlimit limit;
  rlim_t count = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
  int least = count >= 1024 ? 512 : (int)(count / 2);
  return open_from(least > STDERR_FILENO ? least : STDERR_FILENO + 1, path, flags);
}

static uint32_t unloads = 0;
uint32_t lc_unloads(void) { return __atomic_load_n(&unloads, __ATOMIC_ACQUIRE); }
void lc_note_unload(void) { __atomic_fetch_add(&unloads, 1, __ATOMIC_RELEASE); }

typedef struct visit_state {
  void *context;
  void (*visit)(void *, const lc_module *);
  bool is_first;
} visit_state;

/// Looks for the build ID among the notes from `note` to `end`.
static void find_build_id(const uint8_t *note, const uint8_t *end, lc_module *module) {
  while (note + sizeof(ElfW(Nhdr)) <= end) {
    const ElfW(Nhdr) *entry = (const ElfW(Nhdr) *)note;
    const uint8_t *name = note + sizeof(*entry);
    const uint8_t *data = name + ((entry->n_namesz + 3u) & ~3u);
    if (data + entry->n_descsz > end) return;
    if (entry->n_type == NT_GNU_BUILD_ID && entry->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
      module->build_id = data;
      module->build_id_length = entry->n_descsz;
    }
    note = data + ((entry->n_descsz + 3u) & ~3u);
  }
}

/// Takes the code of a segment, which is in memory as it is in the file, into a check: words of eight
/// bytes, the last filled up with zeros. Docs/trace-format-binary.md says how.
static uint64_t check_code(uint64_t sum, const uint8_t *code, uint64_t count) {
  sum = (sum ^ count) * 0xFF51AFD7ED558CCDu;
  sum ^= sum >> 32;
  for (uint64_t at = 0; at < count; at += 8) {
    uint64_t word = 0;
    // Byte by byte, since a program with AddressSanitizer would look at what is copied, and take offence.
    for (uint64_t byte = 0; byte < 8 && at + byte < count; byte++)
      word |= (uint64_t)*(const volatile uint8_t *)(code + at + byte) << (8 * byte);
    sum = (sum ^ word) * 0xFF51AFD7ED558CCDu;
    sum ^= sum >> 32;
  }
  return sum;
}

static int visit_module(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  visit_state *state = argument;
  lc_module module = {info->dlpi_name, info->dlpi_addr, UINT64_MAX, 0, UINT64_MAX, 0, 0, 0};
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uint64_t start = info->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
    if (header->p_type == PT_NOTE)
      find_build_id((const uint8_t *)start, (const uint8_t *)end, &module);
    if (header->p_type != PT_LOAD) continue;
    if (start < module.start) module.start = start;
    if (end > module.end) module.end = end;
    if (!(header->p_flags & PF_X)) continue;
    if (start < module.low) module.low = start;
    if (end > module.high) module.high = end;
  }
  bool is_first = state->is_first;
  state->is_first = false;
  if (module.high <= module.low) return 0;

  uint64_t check = 0;
  if (module.build_id == 0) {
    for (int i = 0; i < info->dlpi_phnum; i++) {
      const ElfW(Phdr) *header = &info->dlpi_phdr[i];
      if (header->p_type != PT_LOAD || (header->p_flags & (PF_X | PF_R)) != (PF_X | PF_R)) continue;
      const uint8_t *code = (const uint8_t *)(info->dlpi_addr + header->p_vaddr);
      check = check_code(check, code, header->p_filesz);
    }
    if (check != 0) {
      module.build_id = (const uint8_t *)&check;
      module.build_id_length = sizeof check;
    }
  }
  char self[4096];
  if (is_first) {
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = 0;
    module.path = self;
  } else if (module.path == 0) {
    module.path = "";
  } else if (module.path[0] != '/' && strchr(module.path, '/') && realpath(module.path, self)) {
    // As it was loaded: from the folder that the process was in.
    module.path = self;
  }
  state->visit(state->context, &module);
  return 0;
}

void lc_modules_visit(void *context, void (*visit)(void *context, const lc_module *module)) {
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

int lc_take_over(char *file, size_t size) {
  int (*ask)(char *, size_t) = (int (*)(char *, size_t))dlsym(RTLD_DEFAULT, "lockcheck_stand_back");
  return ask != 0 && ask(file, size);
}

const char *lc_environment(const char *name) { return secure_getenv(name); }

uintptr_t lc_unwinder_low = 0, lc_unwinder_high = 0;

static void note_unwinder(void *function, const lc_module *module) {
  if ((uintptr_t)function < module->low || (uintptr_t)function >= module->high) return;
  lc_unwinder_low = module->low;
  lc_unwinder_high = module->high;
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
