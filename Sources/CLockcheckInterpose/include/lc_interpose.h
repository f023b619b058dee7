#ifndef LC_INTERPOSE_H
#define LC_INTERPOSE_H
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <threads.h>
#include <time.h>

#include "lc_run.h"
#include "lc_stack.h"
#include "lc_thread.h"

// The functions that this library stands in front of, as the next library in the search order has them.
// X(result, name, parameters, arguments)
#define LC_REAL_MUTEX_FUNCTIONS(X)                                                              \
  X(int, pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t *a), (m, a))       \
  X(int, pthread_mutex_destroy, (pthread_mutex_t * m), (m))                                     \
  X(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))                                        \
  X(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))                                     \
  X(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *e), (m, e))      \
  X(int, pthread_mutex_clocklock,                                                               \
    (pthread_mutex_t * m, clockid_t k, const struct timespec *e), (m, k, e))                    \
  X(int, pthread_mutex_unlock, (pthread_mutex_t * m), (m))                                      \
  X(int, mtx_init, (mtx_t * m, int t), (m, t))                                                  \
  X(int, mtx_lock, (mtx_t * m), (m))                                                            \
  X(int, mtx_trylock, (mtx_t * m), (m))                                                         \
  X(int, mtx_timedlock, (mtx_t * m, const struct timespec *e), (m, e))                          \
  X(int, mtx_unlock, (mtx_t * m), (m))                                                          \
  X(void, mtx_destroy, (mtx_t * m), (m))                                                        \
  X(int, pthread_spin_init, (pthread_spinlock_t * s, int p), (s, p))                            \
  X(int, pthread_spin_destroy, (pthread_spinlock_t * s), (s))                                   \
  X(int, pthread_spin_lock, (pthread_spinlock_t * s), (s))                                      \
  X(int, pthread_spin_trylock, (pthread_spinlock_t * s), (s))                                   \
  X(int, pthread_spin_unlock, (pthread_spinlock_t * s), (s))

#define LC_REAL_RWLOCK_FUNCTIONS(X)                                                             \
  X(int, pthread_rwlock_init, (pthread_rwlock_t * l, const pthread_rwlockattr_t *a), (l, a))    \
  X(int, pthread_rwlock_destroy, (pthread_rwlock_t * l), (l))                                   \
  X(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))                                    \
  X(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l))                                 \
  X(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, const struct timespec *e), (l, e))  \
  X(int, pthread_rwlock_clockrdlock,                                                            \
    (pthread_rwlock_t * l, clockid_t k, const struct timespec *e), (l, k, e))                   \
  X(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))                                    \
  X(int, pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l))                                 \
  X(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, const struct timespec *e), (l, e))  \
  X(int, pthread_rwlock_clockwrlock,                                                            \
    (pthread_rwlock_t * l, clockid_t k, const struct timespec *e), (l, k, e))                   \
  X(int, pthread_rwlock_unlock, (pthread_rwlock_t * l), (l))

#define LC_REAL_WAITING_FUNCTIONS(X)                                                            \
  X(int, pthread_cond_init, (pthread_cond_t * c, const pthread_condattr_t *a), (c, a))          \
  X(int, pthread_cond_destroy, (pthread_cond_t * c), (c))                                       \
  X(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))                   \
  X(int, pthread_cond_timedwait,                                                                \
    (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *e), (c, m, e))              \
  X(int, pthread_cond_clockwait,                                                                \
    (pthread_cond_t * c, pthread_mutex_t *m, clockid_t k, const struct timespec *e),            \
    (c, m, k, e))                                                                               \
  X(int, pthread_cond_signal, (pthread_cond_t * c), (c))                                        \
  X(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))                                     \
  X(int, cnd_init, (cnd_t * c), (c))                                                            \
  X(void, cnd_destroy, (cnd_t * c), (c))                                                        \
  X(int, cnd_wait, (cnd_t * c, mtx_t *m), (c, m))                                               \
  X(int, cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *e), (c, m, e))             \
  X(int, cnd_signal, (cnd_t * c), (c))                                                          \
  X(int, cnd_broadcast, (cnd_t * c), (c))                                                       \
  X(int, pthread_barrier_init,                                                                  \
    (pthread_barrier_t * b, const pthread_barrierattr_t *a, unsigned n), (b, a, n))             \
  X(int, pthread_barrier_destroy, (pthread_barrier_t * b), (b))                                 \
  X(int, pthread_barrier_wait, (pthread_barrier_t * b), (b))                                    \
  X(int, sem_init, (sem_t * s, int p, unsigned v), (s, p, v))                                   \
  X(int, sem_destroy, (sem_t * s), (s))                                                         \
  X(int, sem_close, (sem_t * s), (s))                                                           \
  X(int, sem_wait, (sem_t * s), (s))                                                            \
  X(int, sem_trywait, (sem_t * s), (s))                                                         \
  X(int, sem_timedwait, (sem_t * s, const struct timespec *e), (s, e))                          \
  X(int, sem_clockwait, (sem_t * s, clockid_t k, const struct timespec *e), (s, k, e))          \
  X(int, sem_post, (sem_t * s), (s))                                                            \
  X(int, pthread_once, (pthread_once_t * o, void (*f)(void)), (o, f))                           \
  X(void, call_once, (once_flag * o, void (*f)(void)), (o, f))

#define LC_REAL_THREAD_FUNCTIONS(X)                                                             \
  X(int, pthread_create,                                                                        \
    (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *c), (t, a, f, c))        \
  X(int, pthread_join, (pthread_t t, void **r), (t, r))                                         \
  X(int, pthread_tryjoin_np, (pthread_t t, void **r), (t, r))                                   \
  X(int, pthread_timedjoin_np, (pthread_t t, void **r, const struct timespec *e), (t, r, e))    \
  X(int, pthread_clockjoin_np,                                                                  \
    (pthread_t t, void **r, clockid_t k, const struct timespec *e), (t, r, k, e))               \
  X(int, pthread_detach, (pthread_t t), (t))                                                    \
  X(int, pthread_setname_np, (pthread_t t, const char *n), (t, n))                              \
  X(int, thrd_create, (thrd_t * t, thrd_start_t f, void *c), (t, f, c))                         \
  X(int, thrd_join, (thrd_t t, int *r), (t, r))                                                 \
  X(int, thrd_detach, (thrd_t t), (t))

#define LC_REAL_MEMORY_FUNCTIONS(X)                                                             \
  X(void, free, (void *p), (p))                                                                 \
  X(void *, realloc, (void *p, size_t n), (p, n))                                               \
  X(size_t, malloc_usable_size, (void *p), (p))                                                 \
  X(void *, malloc, (size_t n), (n))                                                            \
  X(void *, calloc, (size_t c, size_t n), (c, n))                                               \
  X(void *, memalign, (size_t a, size_t n), (a, n))                                             \
  X(void *, aligned_alloc, (size_t a, size_t n), (a, n))                                        \
  X(void *, valloc, (size_t n), (n))                                                            \
  X(void *, pvalloc, (size_t n), (n))                                                           \
  X(int, posix_memalign, (void **p, size_t a, size_t n), (p, a, n))                             \
  X(int, munmap, (void *p, size_t n), (p, n))                                                   \
  X(void *, mmap, (void *p, size_t n, int r, int g, int f, off_t o), (p, n, r, g, f, o))        \
  X(void *, mmap64, (void *p, size_t n, int r, int g, int f, off_t o), (p, n, r, g, f, o))

#define LC_REAL_FUNCTIONS(X)   \
  LC_REAL_MEMORY_FUNCTIONS(X)  \
  LC_REAL_MUTEX_FUNCTIONS(X)   \
  LC_REAL_RWLOCK_FUNCTIONS(X)  \
  LC_REAL_WAITING_FUNCTIONS(X) \
  LC_REAL_THREAD_FUNCTIONS(X)

typedef struct lc_real_functions {
#define X(result, name, parameters, arguments) result(*name) parameters;
  LC_REAL_FUNCTIONS(X)
#undef X
} lc_real_functions;

extern lc_real_functions lc_reals;
/// Looks all of them up. Called at the first call of any, which may be long before the constructors.
/// Memory that is given back by the search itself stays where it is.
void lc_resolve_reals(void);

// `lc_real_pthread_mutex_lock` and so on. One that the C library does not have, or that is called while it
// is looked for, does nothing.
#define X(result, name, parameters, arguments)                                   \
  static inline result lc_real_##name parameters {                              \
    if (__builtin_expect(lc_reals.name == 0, 0)) {                              \
      lc_resolve_reals();                                                       \
      if (lc_reals.name == 0) return (result)0;                                 \
    }                                                                           \
    return lc_reals.name arguments;                                             \
  }
LC_REAL_FUNCTIONS(X)
#undef X

/// Where this library's own code lies: the linker's words for it.
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));
/// The part of it that calls the program.
extern const char __start_lc_calls[] __attribute__((visibility("hidden")));
extern const char __stop_lc_calls[] __attribute__((visibility("hidden")));

static inline bool lc_is_own_code(uintptr_t address) {
  return address - (uintptr_t)__ehdr_start < (uintptr_t)etext - (uintptr_t)__ehdr_start;
}

/// Whether what the function with this frame does is recorded: a recording runs, the thread is not in the
/// recorder, and it was not this library, with the runtime of its language, that called.
static inline bool lc_may_record(uintptr_t frame) {
  if (__builtin_expect(!lc_is_recording(), 0)) return false;
  lc_thread *thread = lc_self;
  if (thread != 0 && thread->busy != 0) return false;
  uintptr_t caller = lc_return_address(frame);
  if (caller - (uintptr_t)__ehdr_start >= (uintptr_t)etext - (uintptr_t)__ehdr_start) return true;
  // A function of the program's that calls as its last act leaves no frame of its own.
  return caller >= (uintptr_t)__start_lc_calls && caller < (uintptr_t)__stop_lc_calls;
}

/// Gives back the memory of this library's code, as far as nothing was written to it: what is used again is taken in
/// again.
void lc_give_back_code(void);

// The library that walks stacks looks whether memory can be read by a byte that it writes from there into a pipe of
// its own. It gets none: a program may close what it does not know, and have a file of its own under that number.

/// What that library is told that the ends of its pipe are: numbers that no descriptor has.
#define LC_PROBE_OUT (INT_MAX - 1)
#define LC_PROBE_IN INT_MAX
/// What a write of one byte from there comes to: 1, or -1 where the memory cannot be read.
long lc_write_to_probe(const void *address);

/// Has others find the calling thread, which nobody has started here, by the kernel's number of it.
void lc_note_own_thread(void);
/// Has the children of forks recorded, where that is asked for.
void lc_follow_forks(void);

/// Whether the address lies in a library that walks stacks.
bool lc_is_of_unwinders(uintptr_t address);

/// The kernel's number of the calling thread, as glibc puts it into mutexes.
extern __thread int lc_tid __attribute__((tls_model("initial-exec")));
int lc_find_tid(void);
static inline int lc_own_tid(void) { return lc_tid != 0 ? lc_tid : lc_find_tid(); }

// glibc's record of who holds what, and of what type it is. The bits of a mutex's kind are those of its
// `pthread_mutex_t`'s initializers, which are compiled into programs and do not change.
#define LC_MUTEX_ROBUST 16
#define LC_MUTEX_PI 32
#define LC_MUTEX_SHARED 128
#define LC_MUTEX_OWNER_MASK 0x3fffffff

static inline int lc_mutex_kind(const pthread_mutex_t *mutex) {
  return __atomic_load_n(&mutex->__data.__kind, __ATOMIC_RELAXED);
}
static inline int lc_mutex_type(const pthread_mutex_t *mutex) { return lc_mutex_kind(mutex) & 3; }
/// Who holds it, as the kernel's number of the thread. Robust ones and those with inheritance say it in the
/// word that threads sleep on, also where their last owner died.
static inline int lc_mutex_owner(const pthread_mutex_t *mutex) {
  if (__builtin_expect(lc_mutex_kind(mutex) & (LC_MUTEX_ROBUST | LC_MUTEX_PI), 0))
    return __atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) & LC_MUTEX_OWNER_MASK;
  return __atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED);
}
/// Whether an unlock by somebody else than the holder is refused.
static inline bool lc_mutex_checks_owner(const pthread_mutex_t *mutex) {
  int kind = lc_mutex_kind(mutex);
  return (kind & (LC_MUTEX_ROBUST | LC_MUTEX_PI)) != 0 ||
         (kind & 3) == PTHREAD_MUTEX_RECURSIVE || (kind & 3) == PTHREAD_MUTEX_ERRORCHECK;
}
/// Whether other processes may use it.
static inline bool lc_mutex_is_shared(const pthread_mutex_t *mutex) {
  return (lc_mutex_kind(mutex) & LC_MUTEX_SHARED) != 0;
}
/// Whether it was destroyed, and not initialized since.
static inline bool lc_mutex_is_destroyed(const pthread_mutex_t *mutex) {
  return lc_mutex_kind(mutex) == -1;
}
/// How often the holder of a recursive one has it.
static inline unsigned lc_mutex_depth(const pthread_mutex_t *mutex) {
  return mutex->__data.__count;
}

/// The robust mutex that the calling thread has taken before `previous`, or last where that is null; null
/// where there is none. The kernel gives them up when the thread ends.
pthread_mutex_t *lc_next_robust_mutex(pthread_mutex_t *previous);

/// The kernel's number of the thread that writes.
static inline int lc_rwlock_writer(const pthread_rwlock_t *lock) {
  return __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED);
}
/// Whether nobody holds it. The lowest three bits tell of phases, not of readers.
static inline bool lc_rwlock_is_free(const pthread_rwlock_t *lock) {
  return lc_rwlock_writer(lock) == 0 &&
         __atomic_load_n(&lock->__data.__readers, __ATOMIC_RELAXED) >> 3 == 0;
}
/// Whether a writer that waits holds up new readers: one of the kinds, not its namesake.
static inline bool lc_rwlock_prefers_writers(const pthread_rwlock_t *lock) {
  return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}
static inline bool lc_rwlock_is_shared(const pthread_rwlock_t *lock) {
  return lock->__data.__shared != 0;
}

/// Whether other processes may use it.
static inline bool lc_cond_is_shared(const pthread_cond_t *condition) {
  return (__atomic_load_n(&condition->__data.__wrefs, __ATOMIC_RELAXED) & 1) != 0;
}
/// Whether it was destroyed, and not initialized since.
static inline bool lc_cond_is_destroyed(const pthread_cond_t *condition) {
  return (__atomic_load_n(&condition->__data.__wrefs, __ATOMIC_RELAXED) & 4) != 0;
}
/// As `sem_init` has noted it: behind the value and the number of those who wait.
static inline bool lc_semaphore_is_shared(const sem_t *semaphore) {
  return ((const int *)semaphore)[sizeof(long) == 8 ? 2 : 1] != 0;
}

/// Whether the routine of a `pthread_once` is through.
static inline bool lc_once_is_done(const pthread_once_t *once) {
  return (__atomic_load_n(once, __ATOMIC_ACQUIRE) & 2) != 0;
}
/// Whether somebody is in it.
static inline bool lc_once_is_running(const pthread_once_t *once) {
  return (__atomic_load_n(once, __ATOMIC_ACQUIRE) & 3) == 1;
}

// Locks of one word that the kernel knows the holder of (`FUTEX_LOCK_PI`). The word is 0, or the kernel's number of the
// thread that holds it, with a bit that says whether whoever gives it back has to ask the kernel.

#define LC_FUTEX_HOLDER 0x3fffffffu
#define LC_FUTEX_WAITERS 0x80000000u

typedef enum lc_futex_operation {
  LC_FUTEX_OTHER,
  LC_FUTEX_LOCK,
  LC_FUTEX_TRYLOCK,
  LC_FUTEX_UNLOCK
} lc_futex_operation;

/// What a program asks of the kernel.
typedef struct lc_futex_call {
  long arguments[6];
  uint32_t *word;
  lc_futex_operation operation;
  bool is_timed;
} lc_futex_call;

/// Asks the kernel: 0, or a negative error number.
long lc_ask_for_futex(const lc_futex_call *call);

/// Asks the kernel, and has it recorded. See `FutexLocks.swift`.
long lc_futex_lock(const lc_futex_call *call, uintptr_t frame);

static inline uint32_t lc_futex_load(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/// Has whoever gives the lock back ask the kernel, which is seen. False where the word is not `known` any more.
static inline bool lc_futex_watch(uint32_t *word, uint32_t known) {
  return __atomic_compare_exchange_n(
      word, &known, known | LC_FUTEX_WAITERS, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/// As `lc_futex_watch`, of one that the calling thread holds.
static inline void lc_futex_watch_own(uint32_t *word) {
  __atomic_fetch_or(word, LC_FUTEX_WAITERS, __ATOMIC_SEQ_CST);
}

#endif
