#include "lc_depot.h"

#include "lc_system.h"

lc_depot_table *lc_depot = 0;
void *lc_unwinder = 0;

static uint32_t last_number = 0;
/// Pages of 4,096 pointers to stacks, by number.
static lc_stack **pages[1 << 20];

static lc_stack *carve(size_t bytes) {
  static uint8_t *at = 0, *end = 0;
  bytes = (bytes + 15) & ~(size_t)15;
  if (at == 0 || (size_t)(end - at) < bytes) {
    at = lc_map_memory(1 << 18);
    if (at == 0) return 0;
    end = at + (1 << 18);
  }
  lc_stack *result = (lc_stack *)at;
  at += bytes;
  return result;
}

static void put(lc_depot_table *table, uint64_t hash, uint64_t number) {
  uint64_t at = hash >> 7;
  while (table->slots[at & table->mask].hash != 0) at++;
  lc_depot_slot *slot = &table->slots[at & table->mask];
  slot->number = number;
  __atomic_store_n(&slot->hash, hash, __ATOMIC_RELEASE);
  table->count++;
}

/// The old table is not given back: somebody may be looking at it. All of them together are smaller
/// than the one in use.
static lc_depot_table *grown(lc_depot_table *old) {
  uint64_t slots = old == 0 ? 4096 : (old->mask + 1) * 2;
  lc_depot_table *table = lc_map_memory(sizeof *table + slots * sizeof(lc_depot_slot));
  if (table == 0) return 0;
  table->mask = slots - 1;
  if (old != 0)
    for (uint64_t i = 0; i <= old->mask; i++)
      if (old->slots[i].hash != 0) put(table, old->slots[i].hash, old->slots[i].number);
  __atomic_store_n(&lc_depot, table, __ATOMIC_RELEASE);
  return table;
}

uint32_t lc_depot_insert(
    uint64_t hash, const uintptr_t *addresses, size_t count, uint32_t is_complete) {
  uint32_t found = lc_depot_find(hash);
  if (found != 0) return found;
  lc_depot_table *table = lc_depot;
  if (table == 0 || (table->count + 1) * 4 > (table->mask + 1) * 3) table = grown(table);
  if (table == 0 || last_number == UINT32_MAX - 1) return 0;
  uint32_t number = last_number + 1;
  lc_stack ***page = &pages[number >> 12];
  if (*page == 0) *page = lc_map_memory(4096 * sizeof(lc_stack *));
  if (*page == 0) return 0;
  lc_stack *stack = carve(sizeof *stack + count * sizeof(uintptr_t));
  if (stack == 0) return 0;
  stack->count = (uint32_t)count;
  stack->is_complete = is_complete;
  for (size_t i = 0; i < count; i++) stack->addresses[i] = addresses[i];
  (*page)[number & 4095] = stack;
  last_number = number;
  put(table, hash, number);
  return number;
}

const lc_stack *lc_depot_stack(uint32_t number) { return pages[number >> 12][number & 4095]; }
