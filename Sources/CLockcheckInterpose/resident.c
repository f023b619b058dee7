#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <sys/mman.h>

#include "lc_interpose.h"
#include "lc_system.h"

// The system takes in sixteen pages of a file where one is touched. To load this library, with the runtime of its
// language, and to begin a recording takes most of its code once, which counts as memory of the program's from then
// on: more than all else that is kept for a small one.

void lc_give_back_code(void) {
  int kept = errno;
  uintptr_t page = lc_page_size(), base = (uintptr_t)__ehdr_start;
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)base;
  const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(base + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++) {
    const ElfW(Phdr) *segment = &segments[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
    uintptr_t low = (base + segment->p_vaddr) & ~(page - 1);
    uintptr_t high = (base + segment->p_vaddr + segment->p_filesz + page - 1) & ~(page - 1);
    madvise((void *)low, high - low, MADV_DONTNEED);
  }
  errno = kept;
}
