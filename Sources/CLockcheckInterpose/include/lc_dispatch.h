#ifndef LC_DISPATCH_H
#define LC_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libdispatch, as far as this library stands in front of it. It is not linked: a program without it must
// not be given one. What takes a block goes on through the variant that takes a function.

typedef void (*lc_work)(void *context);

// X(result, name, parameters, arguments)
#define LC_DISPATCH_FUNCTIONS(X)                                                                   \
  X(void *, dispatch_queue_create, (const char *label, void *attributes), (label, attributes))     \
  X(void *, dispatch_queue_create_with_target,                                                     \
    (const char *label, void *attributes, void *target), (label, attributes, target))              \
  X(void *, dispatch_queue_attr_make_with_qos_class, (void *a, unsigned qos, int priority),        \
    (a, qos, priority))                                                                            \
  X(void *, dispatch_queue_attr_make_initially_inactive, (void *a), (a))                           \
  X(void *, dispatch_queue_attr_make_with_autorelease_frequency, (void *a, unsigned long f),       \
    (a, f))                                                                                        \
  X(void *, dispatch_queue_attr_make_with_overcommit, (void *a, bool o), (a, o))                   \
  X(const char *, dispatch_queue_get_label, (void *q), (q))                                        \
  X(void, dispatch_async_f, (void *q, void *c, lc_work w), (q, c, w))                              \
  X(void, dispatch_barrier_async_f, (void *q, void *c, lc_work w), (q, c, w))                      \
  X(void, dispatch_sync_f, (void *q, void *c, lc_work w), (q, c, w))                               \
  X(void, dispatch_barrier_sync_f, (void *q, void *c, lc_work w), (q, c, w))                       \
  X(void, dispatch_async_and_wait_f, (void *q, void *c, lc_work w), (q, c, w))                     \
  X(void, dispatch_barrier_async_and_wait_f, (void *q, void *c, lc_work w), (q, c, w))             \
  X(void, dispatch_after_f, (uint64_t when, void *q, void *c, lc_work w), (when, q, c, w))         \
  X(void, dispatch_group_async_f, (void *g, void *q, void *c, lc_work w), (g, q, c, w))            \
  X(void, dispatch_group_notify_f, (void *g, void *q, void *c, lc_work w), (g, q, c, w))           \
  X(void, dispatch_group_enter, (void *g), (g))                                                    \
  X(void, dispatch_group_leave, (void *g), (g))                                                    \
  X(intptr_t, dispatch_group_wait, (void *g, uint64_t timeout), (g, timeout))                      \
  X(void *, dispatch_semaphore_create, (intptr_t value), (value))                                  \
  X(intptr_t, dispatch_semaphore_wait, (void *s, uint64_t timeout), (s, timeout))                  \
  X(intptr_t, dispatch_semaphore_signal, (void *s), (s))                                           \
  X(void, dispatch_once_f, (intptr_t * p, void *c, lc_work w), (p, c, w))                          \
  X(void *, _Block_copy, (const void *b), (b))                                                     \
  X(void, _Block_release, (const void *b), (b))

typedef struct lc_dispatch_functions {
#define X(result, name, parameters, arguments) result(*name) parameters;
  LC_DISPATCH_FUNCTIONS(X)
#undef X
} lc_dispatch_functions;

extern lc_dispatch_functions lc_dispatch;
void lc_resolve_dispatch(void);

// `lc_real_dispatch_sync_f` and so on: whoever calls has libdispatch.
#define X(result, name, parameters, arguments)                                     \
  static inline result lc_real_##name parameters {                                \
    if (__builtin_expect(lc_dispatch.name == 0, 0)) lc_resolve_dispatch();        \
    return lc_dispatch.name arguments;                                            \
  }
LC_DISPATCH_FUNCTIONS(X)
#undef X

// What takes a block, while nothing is recorded: as the real one.
#define LC_BLOCK_FUNCTIONS(X)                                                                     \
  X(dispatch_async, (void *q, void *b), (q, b))                                                  \
  X(dispatch_barrier_async, (void *q, void *b), (q, b))                                          \
  X(dispatch_after, (uint64_t when, void *q, void *b), (when, q, b))                             \
  X(dispatch_group_async, (void *g, void *q, void *b), (g, q, b))                                \
  X(dispatch_group_notify, (void *g, void *q, void *b), (g, q, b))
#define X(name, parameters, arguments) void lc_hand_over_##name parameters;
LC_BLOCK_FUNCTIONS(X)
#undef X

/// Whether it was Dispatch itself that called the function with this frame: some of its functions are made of
/// others.
bool lc_is_in_dispatch(uintptr_t address);

/// The next number of an item that is handed over.
uint64_t lc_next_item(void);
/// Notes a pointer, of which there are a few dozen in a process; more are forgotten.
void lc_note_pointer(void *pointer);
bool lc_pointer_is_noted(void *pointer);

/// The queue of the main thread; null without libdispatch.
void *lc_dispatch_main_queue(void);
/// What says that a queue runs several blocks at once; null without libdispatch.
void *lc_dispatch_concurrent(void);

/// The function that a block runs.
static inline lc_work lc_block_function(const void *block) {
  return ((lc_work const *)block)[2];
}

#endif
