#include "lc_waits.h"

#include "lc_interpose.h"

/// Of functions that call the program: what it does in their name, by a call that is its last act, counts as its
/// own. See `lc_may_record`.
#define LC_CALLS_PROGRAM __attribute__((noinline, section("lc_calls")))

// Swift's half: see `Waits.swift` and `Once.swift`.
void lc_wait_cancelled(lc_wait *wait);
void lc_once_begins(lc_once *once);
void lc_once_ends(lc_once *once);

static int call(lc_wait *wait) {
  switch (wait->call) {
    case LC_COND_WAIT: return lc_real_pthread_cond_wait(wait->subject, wait->mutex);
    case LC_COND_TIMEDWAIT:
      return lc_real_pthread_cond_timedwait(wait->subject, wait->mutex, wait->end);
    case LC_COND_CLOCKWAIT:
      return lc_real_pthread_cond_clockwait(wait->subject, wait->mutex, wait->clock, wait->end);
    case LC_CND_WAIT: return lc_real_cnd_wait(wait->subject, wait->mutex);
    case LC_CND_TIMEDWAIT: return lc_real_cnd_timedwait(wait->subject, wait->mutex, wait->end);
    case LC_SEM_WAIT: return lc_real_sem_wait(wait->subject);
    case LC_SEM_TIMEDWAIT: return lc_real_sem_timedwait(wait->subject, wait->end);
    case LC_SEM_CLOCKWAIT: return lc_real_sem_clockwait(wait->subject, wait->clock, wait->end);
    case LC_JOIN: return lc_real_pthread_join(wait->thread, wait->value);
    case LC_TIMEDJOIN: return lc_real_pthread_timedjoin_np(wait->thread, wait->value, wait->end);
    case LC_CLOCKJOIN:
      return lc_real_pthread_clockjoin_np(wait->thread, wait->value, wait->clock, wait->end);
    case LC_TRYJOIN: return lc_real_pthread_tryjoin_np(wait->thread, wait->value);
    case LC_THRD_JOIN: return lc_real_thrd_join(wait->thread, wait->value);
  }
  return 0;
}

// This file is compiled with exceptions, so that what has the attribute `cleanup` is run when a stack is
// unwound: by the cancellation of a thread, or by an exception of C++.

static void leave_wait(lc_wait **wait) {
  if (!(*wait)->is_over) lc_wait_cancelled(*wait);
}

int lc_wait_through(lc_wait *wait) {
  __attribute__((cleanup(leave_wait))) lc_wait *leaving = wait;
  int result = call(wait);
  leaving->is_over = true;
  return result;
}

/// What the thread is about to run, innermost first: a routine may come to another `pthread_once`.
static __thread lc_once *running __attribute__((tls_model("initial-exec"))) = 0;

static void leave_routine(lc_once **once) { lc_once_ends(*once); }

LC_CALLS_PROGRAM void *lc_call_body(void *(*body)(void *), void *argument) { return body(argument); }
LC_CALLS_PROGRAM int lc_call_c11_body(int (*body)(void *), void *argument) {
  return body(argument);
}

LC_CALLS_PROGRAM static void run_routine(void) {
  __attribute__((cleanup(leave_routine))) lc_once *once = running;
  once->has_run = true;
  lc_once_begins(once);
  once->routine();
}

static void leave_once(lc_once **once) { running = (*once)->outer; }

int lc_run_once(pthread_once_t *control, lc_once *once) {
  once->outer = running;
  running = once;
  __attribute__((cleanup(leave_once))) lc_once *leaving = once;
  (void)leaving;
  return lc_real_pthread_once(control, run_routine);
}

void lc_run_call_once(once_flag *flag, lc_once *once) {
  once->outer = running;
  running = once;
  __attribute__((cleanup(leave_once))) lc_once *leaving = once;
  (void)leaving;
  lc_real_call_once(flag, run_routine);
}

#define LC_ONCES 32
static __thread const void *onces[LC_ONCES] __attribute__((tls_model("initial-exec")));

bool lc_once_is_known(const void *instance) {
  const void **place = &onces[((uintptr_t)instance >> 6) % LC_ONCES];
  if (*place == instance) return true;
  *place = instance;
  return false;
}
