#ifndef LC_FUTEX_H
#define LC_FUTEX_H

// What the primitives need of the kernel and Swift cannot import: system calls with a variable
// number of arguments, a thread-local variable, an instruction.

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// The kernel's number of the calling thread; below 2^22, never 0.
static inline uint32_t lc_thread_number(void) {
  static __thread uint32_t number __attribute__((tls_model("initial-exec")));
  if (__builtin_expect(number == 0, 0)) {
    number = (uint32_t)syscall(SYS_gettid);
  }
  return number;
}

/// Nanoseconds by CLOCK_MONOTONIC.
static inline int64_t lc_monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Sleeps while `*word` is `expected`, until it is woken or, by CLOCK_MONOTONIC, `deadline`
/// nanoseconds have come; INT64_MAX is never. Returns false when it is past the deadline. True says
/// only that it is time to look again: woken, changed, or interrupted by a signal.
static inline bool lc_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline) {
  int saved = errno;
  struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
  long result = syscall(
    SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
    deadline == INT64_MAX ? (struct timespec *)0 : &until, (void *)0, FUTEX_BITSET_MATCH_ANY);
  bool in_time = result == 0 || errno != ETIMEDOUT;
  errno = saved;
  return in_time;
}

/// Wakes one thread that sleeps on `word`.
static inline void lc_futex_wake_one(const uint32_t *word) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, (void *)0, (void *)0, 0);
  errno = saved;
}

/// Gives the calling thread a name: the first 15 bytes of it.
static inline void lc_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Tells the processor that this is a loop that waits for another one.
static inline void lc_spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __asm__ volatile("pause");
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

#endif
