#ifndef LC_WAITS_H
#define LC_WAITS_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <threads.h>
#include <time.h>

/// The calls that a thread can be cancelled in.
typedef enum lc_wait_call {
  LC_COND_WAIT,
  LC_COND_TIMEDWAIT,
  LC_COND_CLOCKWAIT,
  LC_CND_WAIT,
  LC_CND_TIMEDWAIT,
  LC_SEM_WAIT,
  LC_SEM_TIMEDWAIT,
  LC_SEM_CLOCKWAIT,
  LC_JOIN,
  LC_TIMEDJOIN,
  LC_CLOCKJOIN,
  LC_TRYJOIN,
  LC_THRD_JOIN,
} lc_wait_call;

/// A wait: the call with its arguments, and what is to be recorded should the thread not come out of it by
/// the front door.
typedef struct lc_wait {
  lc_wait_call call;
  clockid_t clock;
  void *subject;
  void *mutex;
  pthread_t thread;
  void *value;
  const struct timespec *end;

  void *instance;
  void *lock;
  uintptr_t frame;
  uint8_t attempt;
  bool is_held;
  bool is_given_up;
  bool is_over;
} lc_wait;

/// Makes the call. Where the thread is cancelled in it, says so to `lc_wait_cancelled` on the way out.
int lc_wait_through(lc_wait *wait);

/// The routine of a `pthread_once`, and what the thread that runs it records.
typedef struct lc_once {
  void (*routine)(void);
  void *instance;
  void *control;
  uintptr_t frame;
  struct lc_once *outer;
  bool has_run;
} lc_once;

/// Has the C library run the routine if nobody has, between `lc_once_begins` and `lc_once_ends`: the latter
/// also where the routine is left by an exception or by the thread's end.
int lc_run_once(pthread_once_t *control, lc_once *once);
void lc_run_call_once(once_flag *flag, lc_once *once);

/// Whether the calling thread has met this `pthread_once` lately; from now on it has.
bool lc_once_is_known(const void *instance);

/// Runs the first function of a thread.
void *lc_call_body(void *(*body)(void *), void *argument);
int lc_call_c11_body(int (*body)(void *), void *argument);

#endif
