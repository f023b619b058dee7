#ifndef LC_DEPOT_H
#define LC_DEPOT_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/// One distinct call stack, for as long as the process lives.
typedef struct lc_stack {
  uint32_t count;
  /// 1 where libunwind found it, 0 where only frame pointers did.
  uint32_t is_complete;
  uintptr_t addresses[];
} lc_stack;

typedef struct lc_depot_slot {
  uint64_t hash;
  uint64_t number;
} lc_depot_slot;

typedef struct lc_depot_table {
  uint64_t mask;
  uint64_t count;
  lc_depot_slot slots[];
} lc_depot_table;

extern lc_depot_table *lc_depot;

/// The number of the stack with this hash, from 1; 0 where there is none yet. Takes no lock: a slot is
/// written once, its hash last, and a table that grew stays readable.
static inline uint32_t lc_depot_find(uint64_t hash) {
  lc_depot_table *table = __atomic_load_n(&lc_depot, __ATOMIC_ACQUIRE);
  if (__builtin_expect(table == 0, 0)) return 0;
  for (uint64_t at = hash >> 7;; at++) {
    lc_depot_slot *slot = &table->slots[at & table->mask];
    uint64_t found = __atomic_load_n(&slot->hash, __ATOMIC_ACQUIRE);
    if (found == hash) return (uint32_t)slot->number;
    if (found == 0) return 0;
  }
}

/// Puts a stack in under `hash`, or finds it there. 0 without memory. Under the recorder's lock.
uint32_t lc_depot_insert(
    uint64_t hash, const uintptr_t *addresses, size_t count, uint32_t is_complete);
/// The stack with this number, which must have been given out.
const lc_stack *lc_depot_stack(uint32_t number);

/// One of its addresses, the innermost at 0.
static inline uintptr_t lc_stack_address(const lc_stack *stack, size_t index) {
  return stack->addresses[index];
}

/// libunwind's `unw_backtrace`, where it could be loaded.
extern void *lc_unwinder;

static inline void lc_set_unwinder(void *unwinder) {
  __atomic_store_n(&lc_unwinder, unwinder, __ATOMIC_RELEASE);
}

/// All return addresses of the calling thread, innermost first; 0 without libunwind.
static inline size_t lc_unwind(uintptr_t *addresses, size_t limit) {
  int (*unwinder)(void **, int) =
      (int (*)(void **, int))__atomic_load_n(&lc_unwinder, __ATOMIC_ACQUIRE);
  if (unwinder == 0) return 0;
  // It reads from a pipe to see whether memory is there: not the place for a cancelled thread to end.
  int cancelling;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelling);
  int count = unwinder((void **)addresses, (int)limit);
  pthread_setcancelstate(cancelling, &cancelling);
  return count > 0 ? (size_t)count : 0;
}

#endif
