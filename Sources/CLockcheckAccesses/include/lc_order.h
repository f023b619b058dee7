#ifndef LC_ORDER_H
#define LC_ORDER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "lc_accessor.h"
#include "lc_descriptors.h"
#include "lc_interpose.h"

// What threads send each other through the system: whoever receives comes after all who have sent through the
// same channel. Who only send are not ordered with each other. Only looked at where accesses are recorded, since
// only these depend on it.
//
// Channels are few, and share places: too much order can hide a race, too little would make one up.

#define LC_HASHED_CHANNELS 4096
/// Signals by their number; 0 stands for any.
#define LC_CHANNEL_SIGNALS LC_HASHED_CHANNELS
#define LC_CHANNEL_CONNECTIONS (LC_CHANNEL_SIGNALS + 65)
#define LC_CHANNEL_CHILDREN (LC_CHANNEL_CONNECTIONS + 1)
#define LC_CHANNELS (LC_CHANNEL_CHILDREN + 1)
#define LC_NO_CHANNEL UINT32_MAX

/// Whether the order that the function with this frame makes is recorded.
static inline bool lc_orders(uintptr_t frame) {
  return lc_has_accesses && lc_may_record(frame) && !lc_is_in_child_of_vfork();
}

/// What the calling thread has done comes before whatever others do that take from the channel later. Keeps
/// `errno`, as the others do.
void lc_give(uint32_t channel);
void lc_take(uint32_t channel);
/// Whoever takes from `to` takes what was given to `from` as well.
void lc_pass_on(uint32_t from, uint32_t to);

static inline uint64_t lc_mixed(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0xFF51AFD7ED558CCDu;
  return hash ^ hash >> 32;
}
/// The channel of something of the system's, by its kind and number.
static inline uint32_t lc_channel(uint64_t kind, uint64_t number) {
  return (uint32_t)(lc_mixed(lc_mixed(kind, 1), number) % LC_HASHED_CHANNELS);
}
/// The channel of an open descriptor: that of its pipe, file, or connection.
uint32_t lc_channel_of(int fd);

/// Gives to the channel of a descriptor, or takes from it, on behalf of the function with this frame.
static inline void lc_note_descriptor(int fd, bool is_taking, uintptr_t frame) {
  if (!lc_orders(frame)) return;
  uint32_t channel = lc_channel_of(fd);
  if (is_taking)
    lc_take(channel);
  else
    lc_give(channel);
}

/// A descriptor's number is about to stand for something else: see `streams.c`.
void lc_descriptor_changes(int fd);
/// A signal is about to be sent, by the function with this frame.
void lc_signal_is_sent(int number, uintptr_t frame);

/// Whether any code in the process was compiled to tell of its accesses.
extern uint8_t lc_is_instrumented;

/// A function of the library that comes next, as it is found once and for all.
typedef struct lc_next_function {
  void **known;
  const char *name;
} lc_next_function;

static inline __attribute__((always_inline)) void *lc_find(void **known, const char *name) {
  void *function = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (function != 0) return function;
  function = dlsym(RTLD_NEXT, name);
  __atomic_store_n(known, function, __ATOMIC_RELAXED);
  return function;
}

/// The function that comes next under a name, as `variable`. All are looked for when a recording begins, since many
/// may be called in signal handlers, where nobody may be asked.
#define LC_NEXT(variable, result, symbol, ...)                                                 \
  static void *found = 0;                                                                      \
  static const lc_next_function next __attribute__((section("lc_next"), used, retain)) = {&found, symbol}; \
  result (*variable)(__VA_ARGS__) = (result(*)(__VA_ARGS__))lc_find(next.known, next.name);

/// As `LC_NEXT`, where it is there.
#define LC_REAL(result, name, ...)              \
  LC_NEXT(real, result, #name, __VA_ARGS__)     \
  if (real == 0) return errno = ENOSYS, (result)-1;

/// `got`, of the function with a list that stands behind `last`.
#define LC_WITH_REST(last, name, arguments, ...)   \
  LC_NEXT(real, int, #name, __VA_ARGS__, va_list)  \
  va_list rest;                                    \
  va_start(rest, last);                            \
  int got = real arguments;                        \
  va_end(rest);

// Functions that send through their argument `fd`, and functions that receive through it.

#define LC_SENDS(result, name, parameters, arguments, ...) \
  LC_SENDS_BYTES(0, 0, result, name, parameters, arguments, __VA_ARGS__)
#define LC_RECEIVES(result, name, parameters, arguments, ...) \
  LC_RECEIVES_BYTES(0, 0, result, name, parameters, arguments, __VA_ARGS__)

// And which read the bytes of their caller that they send, or write those that they receive.

#define LC_SENDS_BYTES(bytes, size, result, name, parameters, arguments, ...) \
  result name parameters {                                                    \
    LC_REAL(result, name, __VA_ARGS__)                                        \
    if (__builtin_expect(!lc_has_accesses, 1)) return real arguments;         \
    lc_library_touches(bytes, size, false, lc_frame_address());               \
    lc_descriptor_used(fd, lc_frame_address());                               \
    lc_note_descriptor(fd, false, lc_frame_address());                        \
    return real arguments;                                                    \
  }

#define LC_RECEIVES_BYTES(bytes, size, result, name, parameters, arguments, ...) \
  result name parameters {                                                       \
    LC_REAL(result, name, __VA_ARGS__)                                           \
    lc_descriptor_used(fd, lc_frame_address());                                  \
    result got = real arguments;                                                 \
    if (got < 0) return got;                                                     \
    lc_note_descriptor(fd, true, lc_frame_address());                            \
    lc_library_touches(bytes, size, true, lc_frame_address());                   \
    return got;                                                                  \
  }

#endif
