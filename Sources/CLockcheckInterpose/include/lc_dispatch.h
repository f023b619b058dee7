#ifndef LC_DISPATCH_H
#define LC_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libdispatch, as far as this library stands in front of it. It is not linked: a program without it must
// not be given one. What takes a block goes on through the variant that takes a function.

typedef void (*lc_work)(void *context);
typedef void (*lc_indexed_work)(void *context, size_t index);

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
  X(void, dispatch_apply_f, (size_t n, void *q, void *c, lc_indexed_work w), (n, q, c, w))         \
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

/// The queue of the main thread; null without libdispatch.
void *lc_dispatch_main_queue(void);
/// What says that a queue runs several blocks at once; null without libdispatch.
void *lc_dispatch_concurrent(void);

/// The function that a block runs.
static inline lc_work lc_block_function(const void *block) {
  return ((lc_work const *)block)[2];
}
static inline lc_indexed_work lc_block_indexed_function(const void *block) {
  return ((lc_indexed_work const *)block)[2];
}

#endif
