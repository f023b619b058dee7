#ifndef LC_ACCESSOR_H
#define LC_ACCESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lc_memory.h"
#include "lc_shadow.h"
#include "lc_thread.h"

#define LC_FILTER_BITS 13
/// How many calls deep the shadow stack keeps; what is called deeper still is counted only.
#define LC_CALLS 16384
/// How many atomics that were read without an order a thread remembers, until a fence may give them one.
#define LC_UNORDERED_READS 128
#define LC_ATOMIC_FILTER 64
#define LC_USED_OBJECTS 64
/// How many pages and stacks a thread remembers where to find, as powers of two.
#define LC_NEAR_PAGES_BITS 6
#define LC_NEAR_STACKS_BITS 8
/// At most so many accesses in a row go without a look at the clock.
#define LC_UNTIMED 16

/// A call: where it returns to, the stack pointer inside it, and a hash of all calls up to it.
typedef struct lc_call {
  uintptr_t pc;
  uintptr_t sp;
  uint64_t hash;
} lc_call;

/// An atomic that was read: nothing new as long as nobody has written it since.
typedef struct lc_atomic_reading {
  uintptr_t address;
  uint32_t version;
  uint32_t epoch;
} lc_atomic_reading;

/// A page of the shadow, and the address of the memory that it stands for.
typedef struct lc_near_page {
  uintptr_t base;
  lc_page *page;
} lc_near_page;

/// A stack that is in a recording: its hash, its number as an event has it (`lc_place`), and that of the recording.
typedef struct lc_near_stack {
  uint64_t hash;
  uint32_t place;
  uint32_t session;
} lc_near_stack;

/// What is kept for a thread that runs code compiled with access instrumentation.
typedef struct lc_accessor {
  /// The thread that it was made for.
  lc_thread *thread;
  /// A lock of one word that somebody else held when the thread asked for it; null where there is none.
  uint32_t *awaited_lock;
  /// How often the program has asked for its accesses to be left out.
  uint32_t ignored;
  /// How many accesses have been recorded since the clock was looked at.
  uint32_t untimed;
  uint32_t depth;
  /// The accesses that were recorded lately, see `lc_filter_entry`.
  uint64_t filter[1 << LC_FILTER_BITS];
  lc_near_page pages[1 << LC_NEAR_PAGES_BITS];
  lc_near_stack stacks[1 << LC_NEAR_STACKS_BITS];
  lc_atomic_reading atomics[LC_ATOMIC_FILTER];
  uintptr_t unordered_reads[LC_UNORDERED_READS];
  uint8_t unordered_sizes[LC_UNORDERED_READS];
  uint32_t unordered_count;
  /// Whether there were more of them before a fence than it remembers: from then on each takes as if it had an order.
  uint32_t is_fence_short;
  /// Locks and their like that the thread has used.
  uintptr_t used[LC_USED_OBJECTS];
  /// Whether a fence has made later writes without an order release what went before.
  uint32_t is_fenced;
  struct lc_accessor *next;
  lc_call calls[LC_CALLS];
} lc_accessor;

extern __thread lc_accessor *lc_own_accessor __attribute__((tls_model("initial-exec")));

/// Whether any thread has come with an access: as long as none has, memory is not looked at.
extern uint8_t lc_has_accesses;
/// Has new memory, and memory that is given back, noted from now on.
void lc_watch_memory(void);

static inline uint32_t lc_own_thread_number(void) { return lc_self == 0 ? 0 : lc_self->number; }

/// The calling thread's, made at first need; null while nothing is recorded, or without memory.
lc_accessor *lc_accessor_make(void);

/// Stands for the size of a variable of which only the address is known.
#define LC_SOMETHING 5

/// Entry of the filter for an access: the address from bit 17 on, over its lower bits the epoch from bit 4 on, then
/// the size as a power of two (3 bits) and whether it writes (1). What the epoch hides of the address, the place of
/// the entry tells, but for epochs that lie 2^26 apart.
static inline uint64_t lc_filter_entry(uint32_t epoch, uintptr_t a, unsigned power, bool writes) {
  return (uint64_t)a << 17 ^ ((uint64_t)epoch << 4 | power << 1 | writes);
}
#define LC_FILTER_WRITES ((uint64_t)1)
#define LC_FILTER_POWER ((uint64_t)7 << 1)
/// The bytes of a word have places in different sets of a cache.
static inline uint64_t *lc_filter_place(lc_accessor *self, uintptr_t a) {
  return &self->filter[((uint32_t)a >> 3 ^ ((uint32_t)a & 7) * 1032) & ((1 << LC_FILTER_BITS) - 1)];
}
/// Whether an entry tells of the same access, or of a stronger one: what was written may be read again. Where the
/// size is not said, any will do: in Swift's code it is that of the accesses beside it.
static inline bool lc_filter_tells(uint64_t entry, uint64_t wanted, unsigned power, bool writes) {
  uint64_t differs = entry ^ wanted;
  if (power == LC_SOMETHING) differs &= ~LC_FILTER_POWER;
  return writes ? differs == 0 : differs <= LC_FILTER_WRITES;
}

/// The hash of the stack that ends with `pc`.
static inline uint64_t lc_call_hash(uint64_t outer, uintptr_t pc) {
  uint64_t hash = (outer ^ pc) * 0xFF51AFD7ED558CCDu;
  return hash ^ hash >> 29;
}
static inline uint64_t lc_accessor_stack_hash(lc_accessor *self, uintptr_t pc) {
  uint32_t depth = self == 0 ? 0 : self->depth < LC_CALLS ? self->depth : LC_CALLS;
  // Told apart from those of walked stacks, which begin otherwise.
  return lc_call_hash(depth == 0 ? 0x1F83D9ABFB41BD6Bu : self->calls[depth - 1].hash, pc) | 1;
}
static inline uint64_t lc_shadow_stack_hash(uintptr_t pc) {
  return lc_accessor_stack_hash(lc_own_accessor, pc);
}
/// Fills in the stack that ends with `pc`, innermost first. Returns how many addresses.
static inline size_t lc_shadow_stack(uintptr_t pc, uintptr_t *addresses, size_t limit) {
  lc_accessor *self = lc_own_accessor;
  uint32_t depth = self == 0 ? 0 : self->depth < LC_CALLS ? self->depth : LC_CALLS;
  size_t count = 0;
  if (count < limit) addresses[count++] = pc;
  while (count < limit && depth > 0) addresses[count++] = self->calls[--depth].pc;
  return count;
}

#define LC_KNOWN_RACES 256
/// How many places the program has said that it knows of races on.
extern uint32_t lc_known_race_count;
bool lc_is_known_race(uintptr_t address);

/// The frame of the outermost function of this library: it returns to the program.
uintptr_t lc_outermost_frame(void);

/// Whether the calling thread is a child that `vfork` has made, which shares the memory of its parent and not its
/// descriptors: what it does is none of the parent's.
bool lc_is_in_child_of_vfork(void);

/// Records that the function with this frame reads or writes bytes of a caller that was compiled with access
/// instrumentation; nothing for others.
void lc_library_touches(const void *bytes, size_t size, bool writes, uintptr_t frame);
/// Whether the caller of the function with this frame was compiled so, and what it does is recorded.
bool lc_is_instrumented_caller(uintptr_t frame);
/// Records that a thread uses a lock or its like, once for each, or makes or ends it: a read or a write of its first
/// bytes.
void lc_object_touched(uintptr_t object, size_t size, lc_object_use use, uintptr_t frame);
/// Records that a block is given back by instrumented code: a write to those words that more than one thread has
/// touched, up to a limit, or else to the first that any has.
void lc_write_block(uintptr_t block, size_t size, uintptr_t pc);

/// The variables between two addresses end, on this thread as well. `is_block`: those of a heap block at `low`,
/// if that is known to be one. `is_freed`: by instrumented code, so that what it does to them is recorded.
void lc_memory_forget(uintptr_t low, uintptr_t high, bool is_block, bool is_freed);

// Accesses that the filter does not know are recorded if they are new. Those of words and of their halves, which
// are most, have functions of their own.
void lc_read_word(uintptr_t a, uintptr_t pc);
void lc_write_word(uintptr_t a, uintptr_t pc);
void lc_read_half(uintptr_t a, uintptr_t pc);
void lc_write_half(uintptr_t a, uintptr_t pc);
void lc_access_bytes(uintptr_t a, unsigned power, bool writes, uintptr_t pc);

/// Records an access that the filter does not know, if it is new.
static inline __attribute__((always_inline)) void lc_access(
    uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  if (power == 3) return writes ? lc_write_word(a, pc) : lc_read_word(a, pc);
  if (power == 2) return writes ? lc_write_half(a, pc) : lc_read_half(a, pc);
  lc_access_bytes(a, power, writes, pc);
}

// The other half, in Swift. Each returns whether it was recorded, or done.

/// Does what a touch could not do without the recorder's lock.
bool lc_settle_touch(uint32_t outcome, uintptr_t address);

/// A plain access to a word that is about to be parted: to those of its old parts.
void lc_record_parted(uint32_t number, uint32_t parts, uint8_t operation, uintptr_t pc);

/// A plain access, of the bytes of one word. `operation` is that of `Operation`.
bool lc_record_access(uintptr_t address, uint32_t size, uint8_t operation, uintptr_t pc);
/// An atomic one, whose place is held; `stamp` is that of the last on it, and takes that of this one.
bool lc_record_atomic(
    uintptr_t address, uint32_t size, uint8_t operation, uintptr_t pc, uint64_t *stamp);
/// A lock of one word, that code of Swift's Mutex takes or gives back.
void lc_record_word_lock(uint32_t *word, uint32_t step);
#define LC_WORD_UNLOCK 0
#define LC_WORD_LOCK 1
#define LC_WORD_TRY 2

/// A word was read at which something stands: where that is done once, and done, it comes before what the thread
/// does next. Returns whether another read of it would say nothing new.
bool lc_record_once(uintptr_t address, bool is_done);

/// Records the acquire of the awaited lock, if the thread has it by now.
void lc_settle_awaited_lock(lc_accessor *self);

#define LC_OPERATION_READ 11
#define LC_OPERATION_WRITE 12
#define LC_OPERATION_ATOMIC_READ 13
#define LC_OPERATION_ATOMIC_WRITE 14
#define LC_OPERATION_ATOMIC_UPDATE 15

#endif
