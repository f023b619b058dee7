#ifndef LC_TABLE_H
#define LC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What stands at which address: an open-addressing table that is looked through without a lock. The
// address of a slot is written once, after which only what stands there changes.

typedef struct lc_table_slot {
  uintptr_t address;
  void *instance;
} lc_table_slot;

typedef struct lc_table {
  uint64_t mask;
  uint64_t used;
  lc_table_slot slots[];
} lc_table;

extern lc_table *lc_instances;

static inline uint64_t lc_table_place(uintptr_t address) {
  return (address >> 3) * 0x9E3779B97F4A7C15u >> 20;
}

/// What stands at the address; null where nothing does.
static inline void *lc_instance_at(uintptr_t address) {
  lc_table *table = __atomic_load_n(&lc_instances, __ATOMIC_ACQUIRE);
  if (__builtin_expect(table == 0, 0)) return 0;
  for (uint64_t at = lc_table_place(address);; at++) {
    lc_table_slot *slot = &table->slots[at & table->mask];
    uintptr_t found = __atomic_load_n(&slot->address, __ATOMIC_ACQUIRE);
    if (found == address) return __atomic_load_n(&slot->instance, __ATOMIC_ACQUIRE);
    if (found == 0) return 0;
  }
}

/// Says what stands at the address; null: nothing any more. False without memory. Under the recorder's
/// lock.
bool lc_instance_put(uintptr_t address, void *instance);

// Which pages, and which lines of 64 bytes, have had an instance: a bit for each hash of their numbers.
// Several may share one.
#define LC_NEAR_PAGES (1u << 16)
#define LC_NEAR_LINES (1u << 20)
extern uint64_t lc_near_pages[LC_NEAR_PAGES / 64], lc_near_lines[LC_NEAR_LINES / 64];

static inline uint32_t lc_page_bit(uintptr_t address) {
  return (uint32_t)((address >> 12) * 0x9E3779B97F4A7C15u >> 48);
}
static inline uint32_t lc_line_bit(uintptr_t address) {
  return (uint32_t)((address >> 6) * 0x9E3779B97F4A7C15u >> 44);
}

/// Whether anything may stand in the page of the address, or has.
static inline bool lc_instance_is_near(uintptr_t address) {
  uint32_t bit = lc_page_bit(address);
  return __atomic_load_n(&lc_near_pages[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1;
}

/// As `lc_instance_is_near`, of the line of the address: asked second, since what answers it is not always at hand.
static inline bool lc_instance_is_in_line(uintptr_t address) {
  uint32_t bit = lc_line_bit(address);
  return __atomic_load_n(&lc_near_lines[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1;
}

/// The next address from `low` on, below `high`, at which something stands; 0 where there is none. Takes
/// no lock, and looks at each page of the part, or at the whole table where that is less.
uintptr_t lc_instance_next(uintptr_t low, uintptr_t high);

/// What was destroyed by a call, at its address: the latest of those that share a place. Without a lock; who
/// asks looks at the object's memory too.
void lc_ended_put(uintptr_t address, void *instance);
void *lc_ended_at(uintptr_t address);

/// Memory for instances, zeroed, of which what was given back is used again. Under the recorder's lock.
void *lc_instance_make(size_t bytes);
void lc_instance_give_back(void *instance);

#endif
