#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>

#include "lc_interpose.h"
#include "lc_memory.h"
#include "lc_system.h"

// Libraries that are unloaded: what stood in their data has ended, and the next library in their place has other
// names.

/// How many segments with data are looked at. What lies beyond counts as if it stayed.
#define LC_SEGMENTS 4096

typedef struct segments {
  unsigned long long unloads;
  size_t count;
  uintptr_t low[LC_SEGMENTS];
  uintptr_t high[LC_SEGMENTS];
} segments;

static int note_segments(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  segments *them = argument;
  them->unloads = info->dlpi_subs;
  for (int i = 0; i < info->dlpi_phnum && them->count < LC_SEGMENTS; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) continue;
    them->low[them->count] = info->dlpi_addr + header->p_vaddr;
    them->high[them->count++] = info->dlpi_addr + header->p_vaddr + header->p_memsz;
  }
  return 0;
}

static bool has(const segments *them, uintptr_t low) {
  for (size_t i = 0; i < them->count; i++)
    if (them->low[i] == low) return true;
  return false;
}

static int close_and_note(int (*real)(void *), void *handle, uintptr_t frame) {
  // Mapped, since the stack may be small.
  segments *them = lc_map_memory(2 * sizeof *them);
  if (them == 0) return real(handle);
  segments *before = &them[0], *after = &them[1];
  dl_iterate_phdr(note_segments, before);
  int result = real(handle);
  dl_iterate_phdr(note_segments, after);
  // Each that is gone, unless another has come into its place meanwhile.
  if (after->unloads != before->unloads && lc_may_record(frame))
    for (size_t i = 0; i < before->count; i++)
      if (!has(after, before->low[i]))
        lc_will_free((void *)before->low[i], before->high[i] - before->low[i], 0);
  lc_unmap(them, 2 * sizeof *them);
  return result;
}

__attribute__((visibility("default"))) int dlclose(void *handle) {
  static int (*real)(void *);
  uintptr_t frame = lc_frame_address();
  int (*function)(void *) = __atomic_load_n(&real, __ATOMIC_RELAXED);
  if (function == 0) {
    function = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    if (function == 0) return -1;
    __atomic_store_n(&real, function, __ATOMIC_RELAXED);
  }
  int result = lc_may_record(frame) ? close_and_note(function, handle, frame) : function(handle);
  lc_note_unload();
  return result;
}
