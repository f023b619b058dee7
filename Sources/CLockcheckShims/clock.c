#include "lc_clock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

uint8_t lc_has_invariant_counter = 0;
uint64_t lc_counter_base = 0;

void lc_clock_prepare(void) {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  // "Advanced power management information": bit 8 of edx, on Intel and AMD alike.
  if (__get_cpuid(0x80000007u, &a, &b, &c, &d)) lc_has_invariant_counter = (d >> 8) & 1;
  if (lc_has_invariant_counter) {
    lc_counter_base = __rdtsc();
    return;
  }
#endif
  lc_counter_base = lc_nanoseconds();
}
