#include "lc_table.h"

#include <string.h>

#include "lc_system.h"

lc_table *lc_instances = 0;

uint64_t lc_near_pages[LC_NEAR_PAGES / 64], lc_near_lines[LC_NEAR_LINES / 64];

static bool has_bit(const uint64_t *bits, uint32_t bit) {
  return __atomic_load_n(&bits[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1;
}

static void set_bit(uint64_t *bits, uint32_t bit) {
  __atomic_fetch_or(&bits[bit >> 6], (uint64_t)1 << (bit & 63), __ATOMIC_RELAXED);
}

/// The first address from `low` on, below `high`, in one line of memory.
static uintptr_t next_in_line(uintptr_t low, uintptr_t high) {
  for (uintptr_t at = (low + 3) & ~(uintptr_t)3; at < high; at += 4)
    if (lc_instance_at(at) != 0) return at;
  return 0;
}

static uintptr_t next_in_page(uintptr_t low, uintptr_t high) {
  for (uintptr_t at = low; at < high; at = (at | 63) + 1) {
    if (!has_bit(lc_near_lines, lc_line_bit(at))) continue;
    uintptr_t end = (at | 63) + 1;
    uintptr_t found = next_in_line(at, end < high ? end : high);
    if (found != 0) return found;
  }
  return 0;
}

static lc_table_slot *slot_for(lc_table *table, uintptr_t address) {
  uint64_t at = lc_table_place(address);
  while (table->slots[at & table->mask].address != 0 &&
         table->slots[at & table->mask].address != address)
    at++;
  return &table->slots[at & table->mask];
}

/// The old table is not given back: somebody may be looking at it. Addresses at which nothing stands any
/// more are left behind, so a table may also grow into one of its own size.
static lc_table *grown(lc_table *old) {
  uint64_t live = 0;
  if (old != 0)
    for (uint64_t i = 0; i <= old->mask; i++) live += old->slots[i].instance != 0;
  uint64_t count = 1024;
  while (count < live * 3) count *= 2;
  lc_table *table = lc_map_memory(sizeof *table + count * sizeof(lc_table_slot));
  if (table == 0) return 0;
  table->mask = count - 1;
  for (uint64_t i = 0; live != 0 && i <= old->mask; i++)
    if (old->slots[i].instance != 0) {
      *slot_for(table, old->slots[i].address) = old->slots[i];
      table->used++;
    }
  __atomic_store_n(&lc_instances, table, __ATOMIC_RELEASE);
  return table;
}

bool lc_instance_put(uintptr_t address, void *instance) {
  lc_table *table = lc_instances;
  if (table == 0 || (table->used + 1) * 4 > (table->mask + 1) * 3) table = grown(table);
  if (table == 0) return false;
  lc_table_slot *slot = slot_for(table, address);
  if (slot->address == 0) {
    table->used++;
    set_bit(lc_near_pages, lc_page_bit(address));
    set_bit(lc_near_lines, lc_line_bit(address));
  }
  __atomic_store_n(&slot->instance, instance, __ATOMIC_RELEASE);
  __atomic_store_n(&slot->address, address, __ATOMIC_RELEASE);
  return true;
}

/// Through the whole table, for parts of memory that have more pages than it has slots.
static uintptr_t next_in_table(lc_table *table, uintptr_t low, uintptr_t high) {
  uintptr_t least = 0;
  for (uint64_t i = 0; i <= table->mask; i++) {
    lc_table_slot *slot = &table->slots[i];
    uintptr_t address = __atomic_load_n(&slot->address, __ATOMIC_ACQUIRE);
    if (address < low || address >= high || (least != 0 && address >= least)) continue;
    if (__atomic_load_n(&slot->instance, __ATOMIC_ACQUIRE) != 0) least = address;
  }
  return least;
}

uintptr_t lc_instance_next(uintptr_t low, uintptr_t high) {
  lc_table *table = __atomic_load_n(&lc_instances, __ATOMIC_ACQUIRE);
  if (table == 0 || low >= high) return 0;
  if ((high - low) >> 12 > table->mask) return next_in_table(table, low, high);
  for (uintptr_t at = low; at < high; at = (at | 4095) + 1) {
    if (!lc_instance_is_near(at)) continue;
    uintptr_t end = (at | 4095) + 1;
    uintptr_t found = next_in_page(at, end < high ? end : high);
    if (found != 0) return found;
  }
  return 0;
}

#define LC_ENDED 4096
/// An entry is written in the order instance, address, and read the other way round: who reads while another
/// is written may get that one's instance for its own address, which it is looked at for.
static struct { uintptr_t address; void *instance; } ended[LC_ENDED];

void lc_ended_put(uintptr_t address, void *instance) {
  uint64_t at = lc_table_place(address) % LC_ENDED;
  __atomic_store_n(&ended[at].address, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&ended[at].instance, instance, __ATOMIC_RELEASE);
  __atomic_store_n(&ended[at].address, address, __ATOMIC_RELEASE);
}

void *lc_ended_at(uintptr_t address) {
  uint64_t at = lc_table_place(address) % LC_ENDED;
  if (__atomic_load_n(&ended[at].address, __ATOMIC_ACQUIRE) != address) return 0;
  void *instance = __atomic_load_n(&ended[at].instance, __ATOMIC_ACQUIRE);
  return __atomic_load_n(&ended[at].address, __ATOMIC_ACQUIRE) == address ? instance : 0;
}

static void *given_back = 0;

void *lc_instance_make(size_t bytes) {
  static uint8_t *at = 0, *end = 0;
  void *result = given_back;
  if (result != 0) {
    given_back = *(void **)result;
    memset(result, 0, bytes);
    return result;
  }
  bytes = (bytes + 63) & ~(size_t)63;
  if (at == 0 || (size_t)(end - at) < bytes) {
    at = lc_map_memory(1 << 18);
    if (at == 0) return 0;
    end = at + (1 << 18);
  }
  result = at;
  at += bytes;
  return result;
}

void lc_instance_give_back(void *instance) {
  *(void **)instance = given_back;
  given_back = instance;
}
