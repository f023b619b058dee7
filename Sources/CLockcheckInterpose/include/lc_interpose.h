#ifndef LC_INTERPOSE_H
#define LC_INTERPOSE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lc_run.h"
#include "lc_stack.h"
#include "lc_thread.h"

// The functions that this library stands in front of, as the next library in the search order has them.
// X(result, name, parameters, arguments)
#define LC_REAL_FUNCTIONS(X)                                                                    \
  X(int, pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t *a), (m, a))       \
  X(int, pthread_mutex_destroy, (pthread_mutex_t * m), (m))                                     \
  X(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))                                        \
  X(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))                                     \
  X(int, pthread_mutex_unlock, (pthread_mutex_t * m), (m))                                      \
  X(int, pthread_create,                                                                        \
    (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *c), (t, a, f, c))        \
  X(int, pthread_join, (pthread_t t, void **r), (t, r))                                         \
  X(int, pthread_detach, (pthread_t t), (t))

typedef struct lc_real_functions {
#define X(result, name, parameters, arguments) result(*name) parameters;
  LC_REAL_FUNCTIONS(X)
#undef X
} lc_real_functions;

extern lc_real_functions lc_reals;
/// Looks all of them up. Called at the first call of any, which may be long before the constructors.
void lc_resolve_reals(void);

// `lc_real_pthread_mutex_lock` and so on.
#define X(result, name, parameters, arguments)                                   \
  static inline result lc_real_##name parameters {                              \
    if (__builtin_expect(lc_reals.name == 0, 0)) lc_resolve_reals();            \
    return lc_reals.name arguments;                                             \
  }
LC_REAL_FUNCTIONS(X)
#undef X

/// Where this library's own code lies: the linker's words for it.
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

/// Whether what the function with this frame does is recorded: a recording runs, the thread is not in the
/// recorder, and it was not this library, with the runtime of its language, that called.
static inline bool lc_may_record(uintptr_t frame) {
  if (__builtin_expect(!lc_is_recording(), 0)) return false;
  lc_thread *thread = lc_self;
  if (thread != 0 && thread->busy != 0) return false;
  return lc_return_address(frame) - (uintptr_t)__ehdr_start >= (uintptr_t)etext - (uintptr_t)__ehdr_start;
}

/// The kernel's number of the calling thread, as glibc puts it into mutexes.
extern __thread int lc_tid __attribute__((tls_model("initial-exec")));
int lc_find_tid(void);
static inline int lc_own_tid(void) { return lc_tid != 0 ? lc_tid : lc_find_tid(); }

/// glibc's record of who holds a mutex, and of what type it is.
static inline int lc_mutex_owner(const pthread_mutex_t *mutex) { return mutex->__data.__owner; }
static inline int lc_mutex_type(const pthread_mutex_t *mutex) { return mutex->__data.__kind & 3; }

#endif
