#ifndef LC_LIVE_H
#define LC_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lc_thread.h"

/// How many locks held at once are kept; what is held deeper is not looked at.
#define LC_HOLDS 32
/// How many pairs of locks a thread remembers to have been looked at, a power of two.
#define LC_KNOWN_PAIRS 256

/// A lock that a thread holds.
typedef struct lc_hold {
  uint32_t object;
  /// Where it was taken, by its number in the depot.
  uint32_t stack;
  /// Whether others may hold it, too.
  uint32_t is_shared;
} lc_hold;

/// What the live checks know about one thread. Written by the thread alone, read by others under the
/// lock of the live checks; the memory is reused for other threads and never given back.
typedef struct lc_live {
  /// The kernel's number; 0 while no thread has this.
  uint32_t tid;
  /// Whether the thread is in the live checks: a signal handler on it leaves them alone.
  uint32_t busy;
  /// Which run of the live checks the holds belong to.
  uint32_t epoch;
  uint32_t hold_count;
  lc_hold holds[LC_HOLDS];
  uint64_t known[LC_KNOWN_PAIRS];
  lc_remembered remembered[LC_REMEMBERED];
  char name[64];
  struct lc_live *next;
} lc_live;

/// Counts up each time that the live checks begin.
extern uint32_t lc_live_epoch;
extern __thread lc_live *lc_live_self __attribute__((tls_model("initial-exec")));

/// The structure of the calling thread; null where it has none.
static inline lc_live *lc_live_current(void) { return lc_live_self; }
/// The structure for the calling thread, made if there is none; null without memory.
lc_live *lc_live_attach(void);
/// Gives the structure of the calling thread back. Under the lock of the live checks.
void lc_live_detach(void);
/// The structures of all threads, in use or not.
lc_live *lc_live_first(void);
/// Called when a thread that has a structure ends.
extern void (*lc_live_thread_ends)(void);
static inline void lc_set_live_thread_ends(void (*handler)(void)) { lc_live_thread_ends = handler; }

/// Begins to look at something; false where the thread does so already, as in a signal handler.
static inline bool lc_live_enter(lc_live *live) {
  if (__builtin_expect(live->busy != 0, 0)) return false;
  __atomic_store_n(&live->busy, 1, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  uint32_t epoch = __atomic_load_n(&lc_live_epoch, __ATOMIC_RELAXED);
  // What was taken before the checks went off and on again may have been given back meanwhile.
  if (__builtin_expect(live->epoch != epoch, 0)) {
    __atomic_store_n(&live->hold_count, 0, __ATOMIC_RELEASE);
    live->epoch = epoch;
  }
  return true;
}

static inline void lc_live_leave(lc_live *live) {
  __atomic_store_n(&live->busy, 0, __ATOMIC_RELEASE);
}

static inline uint32_t lc_live_hold_count(const lc_live *live) {
  uint32_t count = __atomic_load_n(&live->hold_count, __ATOMIC_ACQUIRE);
  return count < LC_HOLDS ? count : LC_HOLDS;
}

static inline lc_hold lc_live_hold(const lc_live *live, uint32_t index) {
  return live->holds[index];
}

/// Notes a lock that the thread has just taken.
static inline void lc_live_push(
    lc_live *live, uint32_t object, uint32_t stack, bool is_shared) {
  uint32_t count = live->hold_count;
  if (count < LC_HOLDS) live->holds[count] = (lc_hold){object, stack, is_shared};
  __atomic_store_n(&live->hold_count, count + 1, __ATOMIC_RELEASE);
}

/// Forgets the last hold of a lock that the thread gives back, if it was noted.
static inline void lc_live_pop(lc_live *live, uint32_t object) {
  uint32_t count = live->hold_count;
  if (count == 0) return;
  uint32_t kept = count < LC_HOLDS ? count : LC_HOLDS;
  for (uint32_t at = kept; at > 0; at--) {
    if (live->holds[at - 1].object != object) continue;
    for (uint32_t i = at; i < kept; i++) live->holds[i - 1] = live->holds[i];
    __atomic_store_n(&live->hold_count, count - 1, __ATOMIC_RELEASE);
    return;
  }
  // One of those that are not kept.
  if (count > LC_HOLDS) __atomic_store_n(&live->hold_count, count - 1, __ATOMIC_RELEASE);
}

static inline uint32_t lc_live_pair_slot(uint32_t held, uint32_t taken) {
  uint64_t key = (uint64_t)held << 32 | taken;
  return (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 32) & (LC_KNOWN_PAIRS - 1);
}

/// Whether the thread has taken the second lock under the first before. Numbers of locks are not used
/// again, so an old answer stays right.
static inline bool lc_live_knows_pair(const lc_live *live, uint32_t held, uint32_t taken) {
  return live->known[lc_live_pair_slot(held, taken)] == ((uint64_t)held << 32 | taken);
}

static inline void lc_live_note_pair(lc_live *live, uint32_t held, uint32_t taken) {
  live->known[lc_live_pair_slot(held, taken)] = (uint64_t)held << 32 | taken;
}

/// Whether the thread has taken the lock before under every lock that it holds now, or holds it
/// already.
static inline bool lc_live_knows_all_pairs(const lc_live *live, uint32_t taken) {
  uint32_t count = lc_live_hold_count(live);
  bool knows_all = true;
  for (uint32_t i = 0; i < count; i++) {
    if (live->holds[i].object == taken) return true;
    if (!lc_live_knows_pair(live, live->holds[i].object, taken)) knows_all = false;
  }
  return knows_all;
}

static inline lc_remembered *lc_live_remembered(lc_live *live) { return live->remembered; }
static inline void lc_live_next_epoch(void) {
  __atomic_fetch_add(&lc_live_epoch, 1, __ATOMIC_RELEASE);
}

static inline const char *lc_live_name(const lc_live *live) { return live->name; }
void lc_live_set_name(lc_live *live, const uint8_t *text, size_t length);

/// How often a look at all threads has been asked for.
extern uint32_t lc_live_requests;
/// Makes `signal` ask for a look: adds to `lc_live_requests` and wakes who sleeps on it. 0 or an error
/// number.
int lc_live_listen(int signal);
/// Asks for a look.
void lc_live_request(void);
static inline uint32_t lc_live_request_count(void) {
  return __atomic_load_n(&lc_live_requests, __ATOMIC_ACQUIRE);
}
/// Sleeps until there are more requests than `seen`, or the nanoseconds of the monotonic clock have
/// come; INT64_MAX is never.
void lc_live_await_request(uint32_t seen, int64_t deadline);
/// Starts a detached thread that receives no signals. 0 or an error number.
int lc_live_start_thread(void (*body)(void));

/// Writes out what the program has printed to standard output, unless a thread is in the middle of it.
void lc_flush_output(void);

/// Calls `visit` for the kernel's number of each thread of the process. False where they cannot be
/// listed.
bool lc_live_visit_tasks(void *context, void (*visit)(void *context, uint32_t tid));

#endif
