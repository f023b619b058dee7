#ifndef LC_OUTSIDE_H
#define LC_OUTSIDE_H

// What a scheduler has to know of the threads that it does not decide about.

#include <stdbool.h>
#include <stdint.h>

/// How often a thread outside has woken somebody while any schedule ran.
extern uint32_t lc_outside_wakes;
static inline uint32_t lc_count_outside_wakes(void) {
  return __atomic_load_n(&lc_outside_wakes, __ATOMIC_ACQUIRE);
}
/// A thread outside has changed a word that somebody may sleep on.
void lc_outside_wake(void);
/// Sleeps until a thread outside wakes somebody, unless one has since the count was `seen`; at most
/// `nanoseconds`.
void lc_await_outside(uint32_t seen, int64_t nanoseconds);

/// Whether the calling thread is one of ours: such a thread helps nobody by itself.
void lc_set_own_thread(bool is_own);

/// Some thread that is not ours runs, or could.
#define LC_OUTSIDE_RUNS 1
/// Some thread that is not ours has been started at `since` or later, and is called `name`: a thread has the
/// name of the one that has started it, unless it takes another.
#define LC_OUTSIDE_BORN 2
/// Looks at the threads of the process. `name` is null for any; `since` is as `lc_boot_ticks` gives it.
/// `bystanders` becomes the number of those that are not ours and run, or sleep until a time or something that the
/// kernel brings: who sleeps for another thread of the process, or as one of Dispatch's without work, is none.
int lc_look_outside(const char *name, uint64_t since, uint32_t *bystanders);
/// Tasks at the end of Dispatch's queues: once they have run, so has, or runs, what stood there before.
typedef struct lc_probe lc_probe;
/// Puts them there; null where the process has no Dispatch.
lc_probe *lc_probe_begin(void);
/// Whether they have all run.
bool lc_probe_is_over(lc_probe *probe);
void lc_probe_end(lc_probe *probe);

/// The time in the unit in which the kernel tells when a thread was started.
uint64_t lc_boot_ticks(void);

#endif
