#ifndef LC_DISPATCH_H
#define LC_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libdispatch, as far as this library stands in front of it. It is not linked: a program without it must
// not be given one. What takes a block goes on through the variant that takes a function.

typedef void (*lc_work)(void *context);
/// What `dispatch_apply` runs: a context, or a block, and the number of the iteration.
typedef void (*lc_iteration)(void *context, size_t number);

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
  X(void *, dispatch_group_create, (void), ())                                                     \
  X(void, dispatch_group_enter, (void *g), (g))                                                    \
  X(void, dispatch_group_leave, (void *g), (g))                                                    \
  X(intptr_t, dispatch_group_wait, (void *g, uint64_t timeout), (g, timeout))                      \
  X(void *, dispatch_semaphore_create, (intptr_t value), (value))                                  \
  X(intptr_t, dispatch_semaphore_wait, (void *s, uint64_t timeout), (s, timeout))                  \
  X(intptr_t, dispatch_semaphore_signal, (void *s), (s))                                           \
  X(void, dispatch_once_f, (intptr_t * p, void *c, lc_work w), (p, c, w))                          \
  X(void, dispatch_apply_f, (size_t n, void *q, void *c, lc_iteration w), (n, q, c, w))            \
  X(void, dispatch_set_target_queue, (void *o, void *q), (o, q))                                   \
  X(void, dispatch_resume, (void *o), (o))                                                         \
  X(void, dispatch_activate, (void *o), (o))                                                       \
  X(void *, dispatch_get_context, (void *o), (o))                                                  \
  X(void *, dispatch_workloop_create, (const char *label), (label))                                \
  X(void *, dispatch_workloop_create_inactive, (const char *label), (label))                       \
  X(void *, dispatch_source_create, (const void *t, uintptr_t h, uintptr_t m, void *q),            \
    (t, h, m, q))                                                                                  \
  X(void, dispatch_source_set_timer, (void *s, uint64_t t, uint64_t i, uint64_t l), (s, t, i, l))  \
  X(void, dispatch_source_merge_data, (void *s, uintptr_t v), (s, v))                              \
  X(void, dispatch_source_cancel, (void *s), (s))                                                  \
  X(uintptr_t, dispatch_source_get_handle, (void *s), (s))                                         \
  X(void *, dispatch_block_create, (unsigned long f, void *b), (f, b))                             \
  X(void *, dispatch_block_create_with_qos_class, (unsigned long f, unsigned q, int p, void *b),   \
    (f, q, p, b))                                                                                  \
  X(intptr_t, dispatch_block_wait, (void *b, uint64_t timeout), (b, timeout))                      \
  X(void, dispatch_block_cancel, (void *b), (b))                                                   \
  X(int, dispatch_io_get_descriptor, (void *c), (c))                                               \
  X(void *, dispatch_io_create, (unsigned long t, int f, void *q, void *b), (t, f, q, b))          \
  X(void *, dispatch_io_create_with_path,                                                          \
    (unsigned long t, const char *path, int flags, unsigned mode, void *q, void *b),               \
    (t, path, flags, mode, q, b))                                                                  \
  X(void *, dispatch_io_create_with_io, (unsigned long t, void *c, void *q, void *b),              \
    (t, c, q, b))                                                                                  \
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
  X(dispatch_group_notify, (void *g, void *q, void *b), (g, q, b))                               \
  X(dispatch_block_notify, (void *i, void *q, void *b), (i, q, b))                               \
  X(dispatch_source_set_event_handler, (void *s, void *b), (s, b))                               \
  X(dispatch_source_set_event_handler_f, (void *s, void *w), (s, w))                             \
  X(dispatch_source_set_cancel_handler, (void *s, void *b), (s, b))                              \
  X(dispatch_source_set_cancel_handler_f, (void *s, void *w), (s, w))                            \
  X(dispatch_source_set_registration_handler, (void *s, void *b), (s, b))                        \
  X(dispatch_source_set_registration_handler_f, (void *s, void *w), (s, w))                      \
  X(dispatch_read, (int f, size_t n, void *q, void *b), (f, n, q, b))                            \
  X(dispatch_write, (int f, void *d, void *q, void *b), (f, d, q, b))                            \
  X(dispatch_io_read, (void *c, long o, size_t n, void *q, void *b), (c, o, n, q, b))            \
  X(dispatch_io_write, (void *c, long o, void *d, void *q, void *b), (c, o, d, q, b))            \
  X(dispatch_io_barrier, (void *c, void *b), (c, b))
#define X(name, parameters, arguments) void lc_hand_over_##name parameters;
LC_BLOCK_FUNCTIONS(X)
#undef X

/// Looks whether the process has it from the start. One that is loaded later is known from the first call of it.
void lc_find_dispatch(void);
/// Whether the address is in Dispatch's own code: some of its functions are made of others.
bool lc_is_in_dispatch(uintptr_t address);

/// Whether what `dispatch_once` runs is through.
static inline bool lc_dispatch_once_is_done(const intptr_t *predicate) {
  return __atomic_load_n(predicate, __ATOMIC_ACQUIRE) == -1;
}

/// The next number of an item that is handed over.
uint64_t lc_next_item(void);
/// Notes a pointer, of which there are a few dozen in a process; more are forgotten.
void lc_note_pointer(void *pointer);
bool lc_pointer_is_noted(void *pointer);

/// The queue of the main thread; null without libdispatch.
void *lc_dispatch_main_queue(void);
/// What says that a queue runs several blocks at once; null without libdispatch.
void *lc_dispatch_concurrent(void);
/// Notes that what was sent through a pipe, a file or a socket has been received. Only where accesses are
/// recorded.
void lc_note_received(int fd) __attribute__((weak));
static inline void lc_note_received_from(int fd) {
  if (fd >= 0 && lc_note_received != 0) lc_note_received(fd);
}

/// The function that a block runs.
static inline lc_work lc_block_function(const void *block) {
  return ((lc_work const *)block)[2];
}

static inline lc_iteration lc_block_iteration(const void *block) {
  return ((lc_iteration const *)block)[2];
}

/// As a block with arguments, of which it may take fewer.
static inline void lc_call_with_arguments(
    lc_work function, void *context, uintptr_t a, uintptr_t b, uintptr_t c) {
  ((void (*)(void *, uintptr_t, uintptr_t, uintptr_t))(uintptr_t)function)(context, a, b, c);
}

/// A block of this library's, as compilers lay them out: it keeps a handler, and hands it what it is
/// called with. It may be called with fewer arguments, which are numbers and pointers.
typedef struct lc_block {
  void *isa;
  int32_t flags;
  int32_t reserved;
  void (*invoke)(struct lc_block *self, uintptr_t a, uintptr_t b, uintptr_t c);
  const void *description;
  void *handler;
} lc_block;

/// A block that is copied by whoever keeps it; every copy keeps the handler.
lc_block lc_handler_block(void *handler);

#endif
