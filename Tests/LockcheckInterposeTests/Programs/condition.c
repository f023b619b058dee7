#include "harness.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int ready = 0;

static void *wait_ready(void *argument) {
  (void)argument;
  pthread_mutex_lock(&m);
  reach(1);
  while (!ready) CHECK(pthread_cond_wait(&c, &m) == 0);
  pthread_mutex_unlock(&m);
  return 0;
}
static void notified(int (*notify)(pthread_cond_t *), bool underLock) {
  pthread_t one = start(wait_ready, 0), two = start(wait_ready, 0);
  AWAIT_SLEEPERS(&c, 2);
  pthread_mutex_lock(&m);
  ready = 1;
  if (!underLock) pthread_mutex_unlock(&m);
  notify(&c);
  notify(&c);
  if (underLock) pthread_mutex_unlock(&m);
  finish(one);
  finish(two);
  CHECK(pthread_cond_destroy(&c) == 0);
}
static void signalled(void) { notified(pthread_cond_signal, true); }
static void signalled_without_lock(void) { notified(pthread_cond_signal, false); }
static void broadcast(void) { notified(pthread_cond_broadcast, true); }

static void timed(void) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_cond_init(&c, &attributes);
  struct timespec end = at(CLOCK_REALTIME, 0), later = at(CLOCK_MONOTONIC, 0);
  pthread_mutex_lock(&m);
  CHECK(pthread_cond_timedwait(&c, &m, &end) == ETIMEDOUT);
  CHECK(pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC, &later) == ETIMEDOUT);
  pthread_mutex_unlock(&m);
  pthread_cond_destroy(&c);
}

static void *wait_blindly(void *argument) {
  (void)argument;
  pthread_mutex_lock(&m);
  pthread_cond_wait(&c, &m);
  pthread_mutex_unlock(&m);
  return 0;
}
/// Nobody waits yet when it is signalled.
static void lost(void) {
  end_when_stuck();
  pthread_mutex_lock(&m);
  pthread_cond_signal(&c);
  pthread_mutex_unlock(&m);
  finish(start(wait_blindly, 0));
}

static void *wait_nested(void *argument) {
  pthread_mutex_lock(&other);
  return wait_ready(argument);
}
static void *wake_nested(void *argument) {
  (void)argument;
  await(1);
  AWAIT_SLEEPERS(&c, 1);
  pthread_mutex_lock(&other);
  pthread_mutex_lock(&m);
  ready = 1;
  pthread_cond_signal(&c);
  return 0;
}
/// Whoever wakes it needs a lock that it keeps.
static void nested(void) {
  end_when_stuck();
  pthread_t one = start(wait_nested, 0), two = start(wake_nested, 0);
  finish(one);
  finish(two);
}

static void without_lock(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&m, &attributes);
  struct timespec end = at(CLOCK_REALTIME, 0);
  CHECK(pthread_cond_timedwait(&c, &m, &end) == EPERM);
}

static void *destroy(void *argument) {
  (void)argument;
  pthread_cond_destroy(&c);
  return 0;
}
static void destroy_waited(void) {
  start(wait_ready, 0);
  AWAIT_SLEEPERS(&c, 1);
  start(destroy, 0);
  AWAIT_SLEEPERS(&c, 2);
  _exit(0);
}

static void clear_up(void *mutex) { CHECK(pthread_mutex_unlock(mutex) == 0); }
static void *wait_for_cancel(void *argument) {
  (void)argument;
  pthread_mutex_lock(&m);
  pthread_cleanup_push(clear_up, &m);
  for (;;) pthread_cond_wait(&c, &m);
  pthread_cleanup_pop(1);
  return 0;
}
static void cancelled(void) {
  pthread_t thread = start(wait_for_cancel, 0);
  AWAIT_SLEEPERS(&c, 1);
  CHECK(pthread_cancel(thread) == 0);
  void *value = 0;
  CHECK(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED);
  CHECK(pthread_mutex_lock(&m) == 0);
  CHECK(pthread_mutex_unlock(&m) == 0);
}

static void *wait_shared(void *argument) {
  (void)argument;
  pthread_mutex_lock(&m);
  while (!ready) pthread_cond_wait(&c, &m);
  pthread_mutex_unlock(&m);
  return 0;
}
/// One that other processes might wake.
static void shared(void) {
  end_when_stuck();
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&c, &attributes);
  pthread_t thread = start(wait_shared, 0);
  AWAIT_SLEEPERS(&c, 1);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  finish(thread);
}

CASES({"signalled", signalled}, {"signalled-without-lock", signalled_without_lock},
      {"broadcast", broadcast}, {"timed", timed}, {"lost", lost}, {"nested", nested},
      {"without-lock", without_lock}, {"destroy-waited", destroy_waited},
      {"cancelled", cancelled}, {"shared", shared})
