#include "lc_order.h"

// A channel is a row of places, one for each of some threads: who gives does so in its own, by an atomic update,
// and who takes reads all in which anything was given. So those who give are not ordered with each other.

void lc_record_annotation(uintptr_t address, bool is_acquire);

#define LC_SLOTS 64

/// Nothing is in it: its addresses stand for the places.
static uint32_t places[LC_CHANNELS][LC_SLOTS];
/// In which places of each channel anything was given.
static uint64_t given[LC_CHANNELS];
/// From where a channel passes on what it was given, as one more than its number.
static uint32_t sources[LC_CHANNELS];

void lc_give(uint32_t channel) {
  if (channel >= LC_CHANNELS) return;
  int kept = errno;
  lc_thread *self = lc_self != 0 ? lc_self : lc_attach();
  if (self != 0) {
    unsigned slot = self->number % LC_SLOTS;
    lc_record_annotation((uintptr_t)&places[channel][slot], false);
    // Behind its event: who finds it here has a later one.
    __atomic_fetch_or(&given[channel], (uint64_t)1 << slot, __ATOMIC_RELEASE);
  }
  errno = kept;
}

static void take_from(uint32_t channel) {
  uint64_t slots = __atomic_load_n(&given[channel], __ATOMIC_ACQUIRE);
  for (; slots != 0; slots &= slots - 1)
    lc_record_annotation((uintptr_t)&places[channel][__builtin_ctzll(slots)], true);
}

void lc_take(uint32_t channel) {
  int kept = errno;
  // Through a few pipes behind each other, and not around in circles.
  for (int steps = 0; steps < 4 && channel < LC_CHANNELS; steps++) {
    take_from(channel);
    channel = __atomic_load_n(&sources[channel], __ATOMIC_ACQUIRE) - 1;
  }
  errno = kept;
}

void lc_pass_on(uint32_t from, uint32_t to) {
  if (from < LC_CHANNELS && to < LC_CHANNELS && from != to)
    __atomic_store_n(&sources[to], from + 1, __ATOMIC_RELEASE);
}
