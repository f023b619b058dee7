#ifndef LC_CLOCK_H
#define LC_CLOCK_H

#include <stdint.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

/// One tick is 2^LC_TICK_SHIFT steps of the time-stamp counter: about 10 ns, so that the distance
/// between two events mostly fits in two bytes.
#define LC_TICK_SHIFT 5

/// Whether the time-stamp counter runs at one rate on all cores and in all power states.
extern uint8_t lc_has_invariant_counter;
/// The counter when the process first asked for the clock.
extern uint64_t lc_counter_base;

/// Finds out which counter to use. Must run before the first `lc_ticks`.
void lc_clock_prepare(void);

/// Nanoseconds of the monotonic clock.
static inline uint64_t lc_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// Ticks since `lc_clock_prepare`, starting at 1.
static inline uint64_t lc_ticks(void) {
#if defined(__x86_64__)
  if (__builtin_expect(lc_has_invariant_counter, 1))
    return ((__rdtsc() - lc_counter_base) >> LC_TICK_SHIFT) + 1;
#endif
  return ((lc_nanoseconds() - lc_counter_base) >> 3) + 1;
}

#endif
