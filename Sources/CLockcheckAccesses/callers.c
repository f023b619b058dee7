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
  const ElfW(Dyn) *dynamic;
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
  it->dynamic = found.dlfo_link_map->l_ld;
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

/// Past `endbr64` and the prefix `bnd`, of which the first 5 bytes can be read.
static uintptr_t past_landing(uintptr_t at) {
  static const uint8_t landing[] = {0xF3, 0x0F, 0x1E, 0xFA};
  if (memcmp((const void *)at, landing, sizeof landing) == 0) at += sizeof landing;
  return *(const uint8_t *)at == 0xF2 ? at + 1 : at;
}

/// Where the code at an address jumps to as all that it does; 0 where it does something else.
static uintptr_t jump_from(uintptr_t at) {
  module it;
  if (!find_module(at, &it) || !has(&it, at, 16, PF_X)) return 0;
  at = past_landing(at);
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

/// The beginning of the function that the address lies in and its extent, from the table for unwinding that the
/// linker makes; 0 where it is of another form, or has no function there.
static uintptr_t function_around(const module *it, uintptr_t address, uint32_t *size) {
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
  *size = (uint32_t)word_at(description + 12);
  return address - start < *size && has(it, start, *size, PF_X) ? start : 0;
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
  uint32_t size;
  if (target == 0 || !leads_to(target, 0)) return false;
  uintptr_t start = function_around(&it, return_address - 1, &size);
  return start != 0 && tells_of_entry(&it, start, return_address);
}

// Locks of a word: which code of their users' it is that exchanges the word.

/// Through how many jumps a way of the code is followed, and how many bytes of it are read on to its first call.
#define LC_WAY_JUMPS 4
#define LC_WAY_REACH 64
/// How far behind the exchange it is decided by, at most.
#define LC_DECISION_REACH 64
#define LC_FUNCTION_REACH 65536

static uintptr_t dynamic_value(const module *it, int64_t tag) {
  for (const ElfW(Dyn) *entry = it->dynamic; entry->d_tag != DT_NULL; entry++)
    if (entry->d_tag == tag) return entry->d_un.d_ptr;
  return 0;
}

/// Where the loader has left such a value as it stands in the file, it is relative.
static uintptr_t dynamic_table(const module *it, int64_t tag) {
  uintptr_t value = dynamic_value(it, tag);
  return value == 0 || value >= it->low ? value : value + it->bias;
}

/// The name of what the loader puts into a slot; 0 where it does not say.
static const char *name_in(const module *it, uintptr_t slot, int64_t table, int64_t size) {
  uintptr_t symbols = dynamic_table(it, DT_SYMTAB), names = dynamic_table(it, DT_STRTAB);
  uintptr_t relocations = dynamic_table(it, table), bytes = dynamic_value(it, size);
  if (symbols == 0 || names == 0 || relocations == 0 || !has(it, relocations, bytes, PF_R)) return 0;
  const ElfW(Rela) *first = (const ElfW(Rela) *)relocations;
  for (size_t i = 0; i < bytes / sizeof *first; i++) {
    if (it->bias + first[i].r_offset != slot) continue;
    const ElfW(Sym) *symbol = (const ElfW(Sym) *)symbols + ELF64_R_SYM(first[i].r_info);
    if (!has(it, (uintptr_t)symbol, sizeof *symbol, PF_R)) return 0;
    uintptr_t name = names + symbol->st_name;
    return has(it, name, 1, PF_R) ? (const char *)name : 0;
  }
  return 0;
}

static uint32_t meaning_of(const char *name) {
  if (strcmp(name, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF") == 0) return LC_LOCKS;
  if (strcmp(name, "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF") == 0) return LC_TRIES;
  if (strcmp(name, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF") == 0) return LC_UNLOCKS;
  return 0;
}

/// Whether the code of a function asks the kernel by `syscall(SYS_futex, …)`, and not for a wait or a wake.
static bool asks_for_lock(const module *it, uintptr_t address) {
  // What goes into the registers of the first argument, and of the third.
  static const uint8_t futex[] = {0xBF, 0xCA, 0, 0, 0}, wait[] = {0xBA, 0x80, 0, 0, 0},
                       wake[] = {0xBA, 0x81, 0, 0, 0};
  uint32_t size;
  uintptr_t start = function_around(it, address, &size);
  // Some small ones of Swift's are not in the table.
  if (start == 0) {
    start = address;
    size = LC_WAY_REACH;
    if (!has(it, start, size, PF_X)) return false;
  }
  if (size > LC_ENTRY_REACH) size = LC_ENTRY_REACH;
  return memmem((const void *)start, size, futex, 5) != 0 &&
         memmem((const void *)start, size, wait, 5) == 0 && memmem((const void *)start, size, wake, 5) == 0;
}

/// Whether a call ends at `next`, as far as its bytes say, and what it does with the lock.
static bool is_call(const module *it, uintptr_t next, uint32_t *meaning) {
  if (!has(it, next - 6, 6, PF_X)) return false;
  const uint8_t *code = (const uint8_t *)next;
  uintptr_t slot, place = next + (intptr_t)word_at(next - 4);
  *meaning = 0;
  if (code[-5] == 0xE8 && has(it, place, 16, PF_X)) {
    uintptr_t at = past_landing(place);
    if (((const uint8_t *)at)[0] != 0xFF || ((const uint8_t *)at)[1] != 0x25) {
      if (asks_for_lock(it, place)) *meaning = LC_ASKS;
      return true;
    }
    slot = at + 6 + (intptr_t)word_at(at + 2);
  } else if (code[-6] == 0xFF && code[-5] == 0x15) {
    slot = place;
  } else {
    return false;
  }
  const char *name = name_in(it, slot, DT_JMPREL, DT_PLTRELSZ);
  if (name == 0) name = name_in(it, slot, DT_RELA, DT_RELASZ);
  if (name != 0) *meaning = meaning_of(name);
  return true;
}

/// What the first call on this way does; false where none is seen.
static bool first_call(const module *it, uintptr_t at, uint32_t *meaning) {
  for (int i = 0; i < LC_WAY_JUMPS && has(it, at, 5, PF_X); i++) {
    const uint8_t *code = (const uint8_t *)at;
    if (code[0] == 0xEB)
      at += 2 + (intptr_t)(int8_t)code[1];
    else if (code[0] == 0xE9)
      at += 5 + (intptr_t)word_at(at + 1);
    else
      break;
  }
  for (uintptr_t next = at + 5; next <= at + LC_WAY_REACH; next++)
    if (is_call(it, next, meaning)) return true;
  return false;
}

/// What is called first, whichever way the code goes by what the exchange before `at` gave, also where it does not
/// ask. False where that is not seen.
static bool looks_decided(const module *it, uintptr_t at, uint32_t *meaning) {
  for (uintptr_t end = at + LC_DECISION_REACH; at < end && has(it, at, 8, PF_X); at++) {
    const uint8_t *code = (const uint8_t *)at;
    if (is_call(it, at + 5, meaning)) return true;
    // `test` or `cmp` of two registers, or `test $1, %al`, and a jump if equal or not.
    bool compares = (code[0] == 0x85 || code[0] == 0x39 || code[0] == 0x3B) && code[1] >= 0xC0;
    if (!compares && (code[0] != 0xA8 || code[1] != 1)) continue;
    uintptr_t next, other;
    if ((code[2] & 0xFE) == 0x74) {
      next = at + 4;
      other = next + (intptr_t)(int8_t)code[3];
    } else if (code[2] == 0x0F && (code[3] & 0xFE) == 0x84) {
      next = at + 8;
      other = next + (intptr_t)word_at(at + 4);
    } else {
      continue;
    }
    uint32_t first, second;
    bool is_seen = first_call(it, next, &first), is_other_seen = first_call(it, other, &second);
    *meaning = (is_seen ? first : 0) | (is_other_seen ? second : 0);
    return *meaning != 0 || (is_seen && is_other_seen);
  }
  return false;
}

static uint32_t look_at_exchange(uintptr_t return_address) {
  module it;
  uint32_t size, meaning = 0, all = 0;
  if (!find_module(return_address, &it)) return LC_ASKS;
  bool is_decided = looks_decided(&it, return_address, &meaning);
  if (meaning != 0) return meaning;
  uintptr_t start = function_around(&it, return_address - 1, &size);
  if (start != 0 && asks_for_lock(&it, start)) return LC_ASKS;
  if (is_decided) return 0;
  if (start == 0) return LC_ASKS;
  if (size > LC_FUNCTION_REACH) size = LC_FUNCTION_REACH;
  for (uintptr_t next = start + 6; next <= start + size; next++)
    if (is_call(&it, next, &meaning)) all |= meaning;
  return all;
}

#else

static bool look(uintptr_t return_address) {
  (void)return_address;
  return false;
}

static uint32_t look_at_exchange(uintptr_t return_address) {
  (void)return_address;
  return LC_ASKS;
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

/// Of these places: the address (48 bits), how often modules had been unloaded (11), that it is known, and the answer.
#define LC_KNOWN_EXCHANGES 256
static uint64_t known_exchanges[LC_KNOWN_EXCHANGES];

uint32_t lc_word_lock_code(uintptr_t return_address) {
  uint64_t *place = &known_exchanges[return_address * 0x9E3779B97F4A7C15u >> 56];
  uint64_t wanted = (uint64_t)return_address << 16 | (uint64_t)(lc_unloads() & 0x7FF) << 5 | 16;
  uint64_t found = __atomic_load_n(place, __ATOMIC_RELAXED);
  if ((found & ~(uint64_t)15) == wanted) return found & 15;
  uint32_t answer = look_at_exchange(return_address);
  __atomic_store_n(place, wanted | answer, __ATOMIC_RELAXED);
  return answer;
}
