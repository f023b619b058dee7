#ifndef LC_CONTROL_H
#define LC_CONTROL_H

// What the controlled mode needs of the kernel and Swift cannot say: a thread-local pointer, a word that
// threads hand a baton over with, and a thread's place on the processors.

#include <stdbool.h>
#include <stdint.h>

#include "lc_futex.h"
#include "lc_thread.h"

/// The controlled thread that the calling thread runs, as Swift knows it; null for all others.
extern __thread void *lc_control_self __attribute__((tls_model("initial-exec")));

static inline void *lc_control_current(void) { return lc_control_self; }
static inline void lc_set_control_current(void *thread) { lc_control_self = thread; }

/// Whether any thread of the process is under control: one relaxed load.
static inline bool lc_is_controlled(void) {
  return (__atomic_load_n(&lc_modes, __ATOMIC_RELAXED) & LC_CONTROLLED) != 0;
}

/// Counts the controlled schedules that run, and turns the mode on with the first and off with the last.
void lc_control_begin(void);
void lc_control_end(void);

/// Gives the baton to whoever waits on `word`, or will.
static inline void lc_baton_give(uint32_t *word) {
  __atomic_store_n(word, 1, __ATOMIC_RELEASE);
  lc_futex_wake_one(word);
}

/// Waits on `word` until the baton is there, and takes it.
///
/// Returns false past the deadline, in nanoseconds of CLOCK_MONOTONIC; INT64_MAX is never.
static inline bool lc_baton_take(uint32_t *word, int64_t deadline) {
  while (__atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE) == 0) {
    if (!lc_futex_wait(word, 0, deadline)) return __atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE) != 0;
  }
  return true;
}

/// Calls `body`, which may be left from any depth by `lc_leave_worker`.
void lc_run_worker(void (*body)(void *), void *argument);
/// Returns from the calling thread's `lc_run_worker`, if there is one. What the functions in between hold is never
/// given back.
void lc_leave_worker(void);

/// What is to be written to standard error if the calling thread crashes, ended by a zero; null for nothing.
extern __thread const char *lc_note_self __attribute__((tls_model("initial-exec")));
static inline void lc_set_note(const char *note) { lc_note_self = note; }
/// Has crashes handled so, between the first call of the one and the last of the other.
void lc_notes_begin(void);
void lc_notes_end(void);

/// The value of a word that other threads may write.
static inline uint32_t lc_load_word(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}

/// One of the processors that the calling thread may run on, another one at each call; -1 where that
/// cannot be known.
int lc_choose_processor(void);
/// Keeps the calling thread on one processor: a baton is handed over much faster there. Does nothing for -1.
void lc_stay_on_processor(int processor);
/// Has a thread that the calling one wakes begin only once that one sleeps. Else the kernel runs it at once, where
/// both are on one processor, and comes back later for the one that was about to sleep: two switches for one.
void lc_yield_to_none(void);
/// As `lc_stay_on_processor`, until the next `lc_leave_processor` of the calling thread.
void lc_visit_processor(int processor);
void lc_leave_processor(void);
/// The state of a thread as `/proc` shows it: R, S, D …; 0 where there is no such thread.
char lc_thread_state(uint32_t tid);

#endif
