#include "lc_table.h"

#include <string.h>

#include "lc_system.h"

lc_table *lc_instances = 0;

// Which pages have had an instance: a bit for each hash of a page's number. Several pages may share one.
#define LC_NEAR_BITS 65536
static uint64_t near_pages[LC_NEAR_BITS / 64];

static uint32_t page_bit(uintptr_t address) {
  return (uint32_t)((address >> 12) * 0x9E3779B97F4A7C15u >> 48);
}

bool lc_instance_is_near(uintptr_t address) {
  uint32_t bit = page_bit(address);
  return __atomic_load_n(&near_pages[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1;
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
    uint32_t bit = page_bit(address);
    __atomic_fetch_or(&near_pages[bit >> 6], (uint64_t)1 << (bit & 63), __ATOMIC_RELAXED);
  }
  __atomic_store_n(&slot->instance, instance, __ATOMIC_RELEASE);
  __atomic_store_n(&slot->address, address, __ATOMIC_RELEASE);
  return true;
}

uintptr_t lc_instance_next(uintptr_t low, uintptr_t high) {
  lc_table *table = lc_instances;
  if (table == 0) return 0;
  if (high - low <= (table->mask + 1) * 8) {
    for (uintptr_t at = (low + 3) & ~(uintptr_t)3; at < high; at += 4)
      if (lc_instance_at(at) != 0) return at;
    return 0;
  }
  uintptr_t least = 0;
  for (uint64_t i = 0; i <= table->mask; i++) {
    lc_table_slot *slot = &table->slots[i];
    if (slot->instance != 0 && slot->address >= low && slot->address < high &&
        (least == 0 || slot->address < least))
      least = slot->address;
  }
  return least;
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
