#ifndef LC_SHIMS_H
#define LC_SHIMS_H

#include <stdbool.h>
#include <stdint.h>

/// 1 while any recording runs.
extern uint8_t lc_recording_on;

/// Whether any recording runs: one relaxed load.
static inline bool lc_is_recording(void) {
  return __atomic_load_n(&lc_recording_on, __ATOMIC_RELAXED) != 0;
}

#endif
