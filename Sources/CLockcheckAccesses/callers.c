#define _GNU_SOURCE
#include "lc_callers.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "lc_interpose.h"
#include "lc_system.h"

void __tsan_func_entry(void *pc);

#if defined(__x86_64__)

/// Takes no lock; where the C library is too old to have it, no caller counts as instrumented.
extern int _dl_find_object(void *address, struct dl_find_object *found) __attribute__((weak));

/// How far from its beginning a function tells of its entry, at most.
#define LC_ENTRY_REACH 1024
/// Through how many jumps a call is followed.
#define LC_JUMPS 6

/// A program or library: where it is, and the segments of its file.
typedef struct module {
  uintptr_t bias, low, high;
  const ElfW(Phdr) *segments;
  unsigned count;
  const uint8_t *index;
} module;

static bool find_module(uintptr_t address, module *it) {
  struct dl_find_object found;
  if (_dl_find_object == 0 || _dl_find_object((void *)address, &found) != 0) return false;
  const ElfW(Ehdr) *header = found.dlfo_map_start;
  if (found.dlfo_link_map == 0 || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > 4096)
    return false;
  it->bias = found.dlfo_link_map->l_addr;
  it->low = (uintptr_t)found.dlfo_map_start;
  it->high = (uintptr_t)found.dlfo_map_end;
  it->segments = (const ElfW(Phdr) *)(it->low + header->e_phoff);
  it->count = header->e_phnum;
  it->index = found.dlfo_eh_frame;
  return true;
}

/// Whether all these bytes are loaded, in a segment with these rights.
static bool has(const module *it, uintptr_t at, size_t size, uint32_t rights) {
  for (unsigned i = 0; i < it->count; i++) {
    const ElfW(Phdr) *segment = &it->segments[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & rights) != rights) continue;
    uintptr_t offset = at - it->bias - segment->p_vaddr;
    if (offset < segment->p_memsz && size <= segment->p_memsz - offset) return true;
  }
  return false;
}

static int32_t word_at(uintptr_t at) {
  int32_t word;
  memcpy(&word, (const void *)at, sizeof word);
  return word;
}

/// What stands in the word of memory that an instruction which ends at `next` names; 0 where there is none.
static uintptr_t slot_before(const module *it, uintptr_t next) {
  uintptr_t slot = next + (intptr_t)word_at(next - 4);
  return has(it, slot, sizeof slot, PF_R) ? *(const uintptr_t *)slot : 0;
}

/// Where the code at an address jumps to as all that it does; 0 where it does something else.
static uintptr_t jump_from(uintptr_t at) {
  module it;
  if (!find_module(at, &it) || !has(&it, at, 16, PF_X)) return 0;
  // `endbr64`, and the prefix `bnd`.
  static const uint8_t landing[] = {0xF3, 0x0F, 0x1E, 0xFA};
  if (memcmp((const void *)at, landing, sizeof landing) == 0) at += sizeof landing;
  if (*(const uint8_t *)at == 0xF2) at++;
  const uint8_t *code = (const uint8_t *)at;
  if (code[0] == 0xFF && code[1] == 0x25) return slot_before(&it, at + 6);
  if (code[0] == 0xE9) return at + 5 + (intptr_t)word_at(at + 1);
  return 0;
}

/// Whether what begins at `target` is `wanted`, or this library where that is 0, or jumps there.
static bool leads_to(uintptr_t target, uintptr_t wanted) {
  for (int i = 0; i < LC_JUMPS && target != 0; i++) {
    if (wanted != 0 ? target == wanted : lc_is_own_code(target)) return true;
    target = jump_from(target);
  }
  return false;
}

/// Where the call goes that returns to `next`; 0 where the code does not say.
static uintptr_t callee(const module *it, uintptr_t next) {
  if (!has(it, next - 6, 6, PF_X)) return 0;
  const uint8_t *code = (const uint8_t *)next;
  if (code[-5] == 0xE8) return next + (intptr_t)word_at(next - 4);
  return code[-6] == 0xFF && code[-5] == 0x15 ? slot_before(it, next) : 0;
}

/// The beginning of the function that the address lies in, from the table for unwinding that the linker makes;
/// 0 where it is of another form, or has no function there.
static uintptr_t function_around(const module *it, uintptr_t address) {
  const uint8_t *index = it->index;
  // Version 1; the table has pairs of words relative to its head.
  if (index == 0 || index[0] != 1 || index[2] != 0x03 || index[3] != 0x3B) return 0;
  uintptr_t head = (uintptr_t)index;
  uint32_t count = (uint32_t)word_at(head + 8), low = 0, high = count;
  if (!has(it, head, 12 + 8 * (size_t)count, PF_R)) return 0;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (head + (intptr_t)word_at(head + 12 + 8 * (uintptr_t)middle) <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return 0;
  uintptr_t entry = head + 12 + 8 * (uintptr_t)(low - 1);
  uintptr_t start = head + (intptr_t)word_at(entry), description = head + (intptr_t)word_at(entry + 4);
  // Length, the entry that it refers to, and the extent: where that is said in this way.
  if (!has(it, description, 16, PF_R)) return 0;
  if (description + 8 + (intptr_t)word_at(description + 8) != start) return 0;
  return address - start < (uint32_t)word_at(description + 12) ? start : 0;
}

/// Whether a function tells of its entry before it comes to `until`.
static bool tells_of_entry(const module *it, uintptr_t start, uintptr_t until) {
  if (until - start > LC_ENTRY_REACH) until = start + LC_ENTRY_REACH;
  if (!has(it, start, until - start, PF_X)) return false;
  for (uintptr_t next = start + 6; next <= until; next++) {
    uintptr_t target = callee(it, next);
    if (target != 0 && leads_to(target, (uintptr_t)__tsan_func_entry)) return true;
  }
  return false;
}

static bool look(uintptr_t return_address) {
  module it;
  if (!find_module(return_address, &it)) return false;
  uintptr_t target = callee(&it, return_address);
  if (target == 0 || !leads_to(target, 0)) return false;
  uintptr_t start = function_around(&it, return_address - 1);
  return start != 0 && tells_of_entry(&it, start, return_address);
}

#else

static bool look(uintptr_t return_address) {
  (void)return_address;
  return false;
}

#endif

/// What was found: the address (48 bits), how often modules had been unloaded (15), and the answer.
#define LC_KNOWN_CALLS 4096
static uint64_t known[LC_KNOWN_CALLS];

bool lc_is_instrumented_call(uintptr_t return_address) {
  uint64_t *place = &known[return_address * 0x9E3779B97F4A7C15u >> 52];
  uint64_t wanted = (uint64_t)return_address << 16 | (uint64_t)(lc_unloads() & 0x7FFF) << 1;
  uint64_t found = __atomic_load_n(place, __ATOMIC_RELAXED);
  if ((found & ~(uint64_t)1) == wanted) return found & 1;
  bool is_instrumented = look(return_address);
  __atomic_store_n(place, wanted | is_instrumented, __ATOMIC_RELAXED);
  return is_instrumented;
}
