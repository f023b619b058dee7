#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_accessor.h"
#include "lc_callers.h"
#include "lc_interpose.h"
#include "lc_order.h"

// The functions that compilers call for atomic accesses. Each does the real thing, and has it recorded at
// the place that it has in the order of its variable: both happen under a lock, of which there are many.
//
// What is done with `memory_order_relaxed` orders nothing, and is recorded for the value that it sees or leaves, by
// which a thread may decide what it does. Only a fence lends it an order: a thread that has made a release fence gives
// with all its later writes, and one that makes an acquire fence takes from the atomics that it read lately.

#define LC_CALLER ((uintptr_t)__builtin_return_address(0))
#define LC_INLINE static inline __attribute__((always_inline))
#define LC_PLACES 4096

/// Atomics that share a lock: how often any of them has been written, and the stamp of the last event.
typedef struct place {
  uint32_t held;
  uint32_t version;
  uint64_t stamp;
} __attribute__((aligned(64))) place;

static place places[LC_PLACES];

static place *place_of(uintptr_t a) {
  return &places[(a >> 3) * 0x9E3779B97F4A7C15u >> 52];
}

/// What is to be done about one access, between its beginning and its end.
typedef struct action {
  place *place;
  uintptr_t address;
  uintptr_t pc;
  uint32_t size;
  uint32_t reads;
} action;

static bool takes(int order) { return order != 0 && order != 3; }
static bool gives(int order) { return order >= 3; }

/// The thread's own, where what it does is recorded now.
static lc_accessor *recording_accessor(void) {
  if (!lc_is_recording()) return 0;
  lc_accessor *self = lc_own_accessor != 0 ? lc_own_accessor : lc_accessor_make();
  if (self == 0 || self->ignored != 0 || lc_self == 0 || lc_self->busy != 0) return 0;
  if (self->awaited_lock != 0) lc_settle_awaited_lock(self);
  return self;
}

static void hold(place *at) {
  for (uint32_t turns = 0; __atomic_exchange_n(&at->held, 1, __ATOMIC_ACQUIRE) != 0; turns++)
    if (turns > 100) sched_yield();
}

/// Begins an access that is recorded: nothing else happens to its variable until it ends.
static bool begin(action *it, uintptr_t a, uint32_t size, uintptr_t pc) {
  it->place = place_of(a);
  it->address = a;
  it->size = size;
  it->pc = pc;
  // From here on a signal handler leaves its own out.
  if (!lc_enter(lc_self)) return false;
  hold(it->place);
  return true;
}

/// Of an access that is recorded for the value that it sees or leaves, and has no order.
#define LC_WITHOUT_ORDER 0x80

static void end(action *it, uint8_t operation) {
  bool is_read = (operation & ~LC_WITHOUT_ORDER) == LC_OPERATION_ATOMIC_READ;
  if (!is_read) {
    __atomic_store_n(&it->place->version, it->place->version + 1, __ATOMIC_RELAXED);
    lc_self->epoch++;
  }
  lc_record_atomic(it->address, it->size, operation, it->pc, &it->place->stamp);
  __atomic_store_n(&it->place->held, 0, __ATOMIC_RELEASE);
  lc_leave(lc_self);
}

static lc_atomic_reading *reading_of(lc_accessor *self, uintptr_t a) {
  return &self->atomics[(a >> 2) % LC_ATOMIC_FILTER];
}

/// What a read without an order is remembered by: no address has this bit.
#define LC_READ_WITHOUT_ORDER ((uintptr_t)1 << 63)

/// Whether the thread has read it, and nothing has changed since. Asked before and after the real read.
static bool is_known(lc_accessor *self, uintptr_t a, bool is_ordered) {
  lc_atomic_reading *known = reading_of(self, a);
  return (known->address == a || (!is_ordered && known->address == (a | LC_READ_WITHOUT_ORDER))) &&
         known->epoch == lc_self->epoch &&
         known->version == __atomic_load_n(&place_of(a)->version, __ATOMIC_ACQUIRE);
}

/// Whether nobody is between the real write and its place in the order.
static bool is_free(uintptr_t a) {
  return __atomic_load_n(&place_of(a)->held, __ATOMIC_ACQUIRE) == 0;
}

static void note_reading(lc_accessor *self, action *it, bool is_ordered) {
  uintptr_t mark = is_ordered ? 0 : LC_READ_WITHOUT_ORDER;
  *reading_of(self, it->address) =
      (lc_atomic_reading){it->address | mark, it->place->version, lc_self->epoch};
}

/// Remembers a read for the next fence.
static void note_unordered(lc_accessor *self, uintptr_t a, uint32_t size) {
  uint32_t count = self->unordered_count, known = count < LC_UNORDERED_READS ? count : LC_UNORDERED_READS;
  for (uint32_t i = known; i-- > 0;)
    if (self->unordered_reads[i] == a) return;
  uint32_t at = self->unordered_count++ % LC_UNORDERED_READS;
  self->unordered_reads[at] = a;
  self->unordered_sizes[at] = (uint8_t)size;
}

static void fence(int order, uintptr_t pc) {
  lc_accessor *self = order == 0 ? 0 : recording_accessor();
  if (self == 0) return;
  if (gives(order)) self->is_fenced = 1;
  if (!takes(order)) return;
  if (self->unordered_count > LC_UNORDERED_READS) self->is_fence_short = 1;
  for (uint32_t i = 0; i < LC_UNORDERED_READS; i++) {
    action it;
    uintptr_t a = self->unordered_reads[i];
    self->unordered_reads[i] = 0;
    if (a != 0 && begin(&it, a, self->unordered_sizes[i], pc)) end(&it, LC_OPERATION_ATOMIC_READ);
  }
  self->unordered_count = 0;
}

/// Whether what is done in this order is recorded, by a thread that writes.
static bool is_ordered(lc_accessor *self, int order) { return order != 0 || self->is_fenced; }

/// What an exchange does with a lock of one word.
typedef enum lock_step { LC_NO_STEP, LC_STEP_LOCK, LC_STEP_TRY, LC_STEP_UNLOCK } lock_step;

/// What Swift's Mutex does in the code of its clients: its word goes from 0 to the number of the thread
/// and back. Others claim things in this way that are no locks: the code behind tells them apart.
LC_INLINE lock_step step_of(uint32_t size, uint64_t expected, uint64_t desired, int order, uintptr_t pc) {
  if (size != 4 || order == 0 || expected == desired) return LC_NO_STEP;
  uint32_t tid = (uint32_t)lc_own_tid();
  if (expected == 0 && desired == tid && takes(order)) {
    uint32_t code = lc_word_lock_code(pc) & (LC_LOCKS | LC_TRIES | LC_ASKS);
    return code == 0 ? LC_NO_STEP : code == LC_LOCKS ? LC_STEP_LOCK : LC_STEP_TRY;
  }
  bool unlocks = desired == 0 && expected == tid && gives(order) &&
                 (lc_word_lock_code(pc) & (LC_UNLOCKS | LC_ASKS)) != 0;
  return unlocks ? LC_STEP_UNLOCK : LC_NO_STEP;
}

/// Whether storing 0 with this order gives such a lock back.
LC_INLINE bool is_unlock(uint32_t size, volatile void *a, int order, uintptr_t pc) {
  return size == 4 && gives(order) &&
         __atomic_load_n((volatile uint32_t *)a, __ATOMIC_RELAXED) == (uint32_t)lc_own_tid() &&
         (lc_word_lock_code(pc) & LC_ASKS) != 0;
}

// A lock whose word was not free: the code that then waits for it is the runtime's, and not seen. Whatever
// the thread does next that is seen, it has the lock. Who tries has it if the kernel says so, which is seen.

static void word_lock_begins(lc_accessor *self, uint32_t *word, bool is_try, bool done) {
  if (done) {
    self->awaited_lock = 0;
    lc_record_word_lock(word, is_try ? LC_WORD_TRY : LC_WORD_LOCK);
    return;
  }
  if (is_try) return;
  self->awaited_lock = word;
  // So that the next access, whatever it is, is looked at.
  lc_self->epoch++;
}

void lc_settle_awaited_lock(lc_accessor *self) {
  uint32_t *word = self->awaited_lock;
  // Looked at once, while its memory is still there.
  self->awaited_lock = 0;
  // The upper bits say whether others wait.
  if ((__atomic_load_n(word, __ATOMIC_RELAXED) & 0x3FFFFFFF) != (uint32_t)lc_own_tid()) return;
  lc_record_word_lock(word, LC_WORD_LOCK);
}

static void word_lock_ends(lc_accessor *self, uint32_t *word) {
  if (self->awaited_lock == word) lc_settle_awaited_lock(self);
  lc_record_word_lock(word, LC_WORD_UNLOCK);
}

// The real operations. They keep to the strongest order: where that differs from the one asked for, the
// program cannot tell.

#define LC_REAL_UPDATE(type, bits, name, builtin)                                              \
  LC_INLINE type real_##name##bits(volatile type *a, type v) {                                 \
    return builtin(a, v, __ATOMIC_SEQ_CST);                                                    \
  }
#define LC_REAL_ATOMICS(type, bits)                                                                    \
  LC_INLINE type real_load##bits(volatile type *a) { return __atomic_load_n(a, __ATOMIC_SEQ_CST); }\
  LC_INLINE void real_store##bits(volatile type *a, type v) {                                  \
    __atomic_store_n(a, v, __ATOMIC_SEQ_CST);                                                  \
  }                                                                                            \
  LC_INLINE bool real_compare##bits(volatile type *a, type *expected, type desired) {          \
    return __atomic_compare_exchange_n(a, expected, desired, false, __ATOMIC_SEQ_CST,          \
                                       __ATOMIC_SEQ_CST);                                      \
  }                                                                                            \
  LC_REAL_UPDATE(type, bits, exchange, __atomic_exchange_n)                                    \
  LC_REAL_UPDATE(type, bits, fetch_add, __atomic_fetch_add)                                    \
  LC_REAL_UPDATE(type, bits, fetch_sub, __atomic_fetch_sub)                                    \
  LC_REAL_UPDATE(type, bits, fetch_and, __atomic_fetch_and)                                    \
  LC_REAL_UPDATE(type, bits, fetch_or, __atomic_fetch_or)                                      \
  LC_REAL_UPDATE(type, bits, fetch_xor, __atomic_fetch_xor)                                    \
  LC_REAL_UPDATE(type, bits, fetch_nand, __atomic_fetch_nand)

LC_REAL_ATOMICS(uint8_t, 8)
LC_REAL_ATOMICS(uint16_t, 16)
LC_REAL_ATOMICS(uint32_t, 32)
LC_REAL_ATOMICS(uint64_t, 64)

typedef unsigned __int128 wide;
#if defined(__x86_64__)
// Without `-mcx16` the compiler would call libatomic.
LC_INLINE bool real_compare128(volatile wide *a, wide *expected, wide desired) {
  uint64_t low = (uint64_t)*expected, high = (uint64_t)(*expected >> 64);
  bool done;
  __asm__ volatile("lock cmpxchg16b %1"
                   : "=@ccz"(done), "+m"(*a), "+a"(low), "+d"(high)
                   : "b"((uint64_t)desired), "c"((uint64_t)(desired >> 64))
                   : "memory");
  if (!done) *expected = (wide)high << 64 | low;
  return done;
}
LC_INLINE wide real_load128(volatile wide *a) {
  wide known = 0;
  real_compare128(a, &known, 0);
  return known;
}
#define LC_REAL_WIDE_UPDATE(name, value)                                                       \
  LC_INLINE wide real_##name##128(volatile wide *a, wide v) {                                  \
    wide known = real_load128(a);                                                              \
    while (!real_compare128(a, &known, value)) {}                                              \
    return known;                                                                              \
  }
LC_REAL_WIDE_UPDATE(exchange, v)
LC_REAL_WIDE_UPDATE(fetch_add, known + v)
LC_REAL_WIDE_UPDATE(fetch_sub, known - v)
LC_REAL_WIDE_UPDATE(fetch_and, known & v)
LC_REAL_WIDE_UPDATE(fetch_or, known | v)
LC_REAL_WIDE_UPDATE(fetch_xor, known ^ v)
LC_REAL_WIDE_UPDATE(fetch_nand, ~(known & v))
LC_INLINE void real_store128(volatile wide *a, wide v) { real_exchange128(a, v); }
#else
LC_REAL_ATOMICS(wide, 128)
#endif

#define LC_UPDATE(type, bits, name, unlocks)                                                   \
  type __tsan_atomic##bits##_##name(volatile type *a, type v, int order) {                     \
    lc_accessor *self = recording_accessor();                                                  \
    action it;                                                                                 \
    if (self == 0) return real_##name##bits(a, v);                                             \
    uint8_t mark = is_ordered(self, order) ? 0 : LC_WITHOUT_ORDER;                             \
    if (mark != 0) note_unordered(self, (uintptr_t)a, sizeof(type));                           \
    if (unlocks && v == 0 && is_unlock(sizeof(type), (volatile void *)a, order, LC_CALLER)) {  \
      word_lock_ends(self, (uint32_t *)a);                                                     \
      return real_##name##bits(a, v);                                                          \
    }                                                                                          \
    if (!begin(&it, (uintptr_t)a, sizeof(type), LC_CALLER)) return real_##name##bits(a, v);    \
    type result = real_##name##bits(a, v);                                                     \
    end(&it, LC_OPERATION_ATOMIC_UPDATE | mark);                                               \
    return result;                                                                             \
  }

#define LC_COMPARE(type, bits)                                                                 \
  static bool compare##bits(                                                                   \
      volatile type *a, type *expected, type desired, int order, int failure, uintptr_t pc) {  \
    lc_accessor *self = recording_accessor();                                                  \
    action it;                                                                                 \
    if (self == 0) goto plain;                                                                 \
    lock_step step = step_of(sizeof(type), (uint64_t)*expected, (uint64_t)desired, order, pc); \
    if (step != LC_NO_STEP) {                                                                  \
      if (step == LC_STEP_UNLOCK) word_lock_ends(self, (uint32_t *)a);                         \
      bool done = real_compare##bits(a, expected, desired);                                    \
      if (step != LC_STEP_UNLOCK)                                                              \
        word_lock_begins(self, (uint32_t *)a, step == LC_STEP_TRY, done);                      \
      return done;                                                                             \
    }                                                                                          \
    uint8_t mark = is_ordered(self, order) || failure != 0 ? 0 : LC_WITHOUT_ORDER;             \
    if (mark != 0) note_unordered(self, (uintptr_t)a, sizeof(type));                           \
    if (!begin(&it, (uintptr_t)a, sizeof(type), pc)) goto plain;                               \
    bool done = real_compare##bits(a, expected, desired);                                      \
    end(&it, (done ? LC_OPERATION_ATOMIC_UPDATE : LC_OPERATION_ATOMIC_READ) | mark);           \
    return done;                                                                               \
  plain:                                                                                       \
    return real_compare##bits(a, expected, desired);                                           \
  }                                                                                            \
  int __tsan_atomic##bits##_compare_exchange_strong(                                           \
      volatile type *a, type *expected, type desired, int order, int failure) {                \
    return compare##bits(a, expected, desired, order, failure, LC_CALLER);                     \
  }                                                                                            \
  int __tsan_atomic##bits##_compare_exchange_weak(                                             \
      volatile type *a, type *expected, type desired, int order, int failure) {                \
    return compare##bits(a, expected, desired, order, failure, LC_CALLER);                     \
  }                                                                                            \
  type __tsan_atomic##bits##_compare_exchange_val(                                             \
      volatile type *a, type expected, type desired, int order, int failure) {                 \
    compare##bits(a, &expected, desired, order, failure, LC_CALLER);                           \
    return expected;                                                                           \
  }

#define LC_ATOMICS(type, bits)                                                                 \
  type __tsan_atomic##bits##_load(const volatile type *a, int order) {                         \
    lc_accessor *self = recording_accessor();                                                  \
    action it;                                                                                 \
    if (self == 0) return real_load##bits((volatile type *)a);                                 \
    bool takes = order != 0 || self->is_fence_short;                                           \
    if (!takes) note_unordered(self, (uintptr_t)a, sizeof(type));                              \
    if (is_known(self, (uintptr_t)a, takes)) {                                                 \
      type value = real_load##bits((volatile type *)a);                                        \
      if (is_free((uintptr_t)a) && is_known(self, (uintptr_t)a, takes)) return value;          \
    }                                                                                          \
    if (!begin(&it, (uintptr_t)a, sizeof(type), LC_CALLER))                                    \
      return real_load##bits((volatile type *)a);                                              \
    type value = real_load##bits((volatile type *)a);                                          \
    note_reading(self, &it, takes);                                                            \
    end(&it, LC_OPERATION_ATOMIC_READ | (takes ? 0 : LC_WITHOUT_ORDER));                       \
    return value;                                                                              \
  }                                                                                            \
  void __tsan_atomic##bits##_store(volatile type *a, type v, int order) {                      \
    lc_accessor *self = recording_accessor();                                                  \
    action it;                                                                                 \
    if (self != 0 && v == 0 &&                                                                 \
        is_unlock(sizeof(type), (volatile void *)a, order, LC_CALLER)) {                       \
      word_lock_ends(self, (uint32_t *)a);                                                     \
      real_store##bits(a, v);                                                                  \
      return;                                                                                  \
    }                                                                                          \
    uint8_t mark = self == 0 || is_ordered(self, order) ? 0 : LC_WITHOUT_ORDER;                \
    if (self == 0 || !begin(&it, (uintptr_t)a, sizeof(type), LC_CALLER)) {                     \
      real_store##bits(a, v);                                                                  \
      return;                                                                                  \
    }                                                                                          \
    real_store##bits(a, v);                                                                    \
    end(&it, LC_OPERATION_ATOMIC_WRITE | mark);                                                \
  }                                                                                            \
  LC_UPDATE(type, bits, exchange, true)                                                        \
  LC_UPDATE(type, bits, fetch_add, false)                                                      \
  LC_UPDATE(type, bits, fetch_sub, false)                                                      \
  LC_UPDATE(type, bits, fetch_and, false)                                                      \
  LC_UPDATE(type, bits, fetch_or, false)                                                       \
  LC_UPDATE(type, bits, fetch_xor, false)                                                      \
  LC_UPDATE(type, bits, fetch_nand, false)                                                     \
  LC_COMPARE(type, bits)

LC_ATOMICS(uint8_t, 8)
LC_ATOMICS(uint16_t, 16)
LC_ATOMICS(uint32_t, 32)
LC_ATOMICS(uint64_t, 64)
LC_ATOMICS(wide, 128)

void __tsan_atomic_thread_fence(int order) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  fence(order, LC_CALLER);
}
void __tsan_atomic_signal_fence(int order) {
  (void)order;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// Variables that are initialized at their first use: the code of the program reads their guard, and the
// runtime of C++, which is not instrumented, writes it.

// Not in programs that tell of no accesses, nor for this library's own variables.
#define LC_GUARD_IS_RECORDED                                                                   \
  (lc_has_accesses && lc_may_record((uintptr_t)__builtin_frame_address(0)) &&                  \
   recording_accessor() != 0)

// A program in C has no runtime of C++, but may load what has one of its own, out of this library's sight. What
// the words mean is the same in all: 1 done, and of the first four bytes, 256 at work and 65536 waited for.

static int own_guard_acquire(uint64_t *guard) {
  uint32_t *word = (uint32_t *)guard;
  for (;;) {
    uint32_t known = 0;
    if (__atomic_compare_exchange_n(word, &known, 256, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      return 1;
    if (known & 1) return 0;
    sched_yield();
  }
}

static void own_guard_release(uint64_t *guard) {
  uint32_t *word = (uint32_t *)guard;
  if (__atomic_exchange_n(word, 1, __ATOMIC_ACQ_REL) & 65536)
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, (void *)0, (void *)0, 0);
}

int __cxa_guard_acquire(uint64_t *guard) {
  LC_NEXT(real, int, "__cxa_guard_acquire", uint64_t *)
  int result = real != 0 ? real(guard) : own_guard_acquire(guard);
  action it;
  if (LC_GUARD_IS_RECORDED && begin(&it, (uintptr_t)guard, 1, LC_CALLER))
    end(&it, LC_OPERATION_ATOMIC_READ);
  return result;
}

void __cxa_guard_release(uint64_t *guard) {
  LC_NEXT(real, void, "__cxa_guard_release", uint64_t *)
  action it;
  bool is_begun = LC_GUARD_IS_RECORDED && begin(&it, (uintptr_t)guard, 1, LC_CALLER);
  if (real != 0)
    real(guard);
  else
    own_guard_release(guard);
  if (is_begun) end(&it, LC_OPERATION_ATOMIC_WRITE);
}
