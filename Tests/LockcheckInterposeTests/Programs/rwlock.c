#include "harness.h"

static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void *ml(void *writes) {
  pthread_mutex_lock(&m);
  CHECK((writes ? pthread_rwlock_wrlock(&l) : pthread_rwlock_rdlock(&l)) == 0);
  CHECK(pthread_rwlock_unlock(&l) == 0);
  pthread_mutex_unlock(&m);
  reach(1);
  return 0;
}
static void *lm(void *writes) {
  await(1);
  CHECK((writes ? pthread_rwlock_wrlock(&l) : pthread_rwlock_rdlock(&l)) == 0);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  CHECK(pthread_rwlock_unlock(&l) == 0);
  return 0;
}
static void pair(void *one_writes, void *other_writes) {
  pthread_t one = start(ml, one_writes), other = start(lm, other_writes);
  finish(one);
  finish(other);
  CHECK(pthread_rwlock_destroy(&l) == 0);
}
static void inverted(void) { pair(&l, &l); }
static void inverted_reader(void) { pair(&l, 0); }
static void readers(void) { pair(0, 0); }

static void *lm_by_other_calls(void *argument) {
  (void)argument;
  await(1);
  struct timespec end = at(CLOCK_REALTIME, 100), other = at(CLOCK_MONOTONIC, 100);
  pthread_mutex_lock(&m);
  CHECK(pthread_rwlock_tryrdlock(&l) == 0 && pthread_rwlock_unlock(&l) == 0);
  CHECK(pthread_rwlock_trywrlock(&l) == 0 && pthread_rwlock_unlock(&l) == 0);
  CHECK(pthread_rwlock_timedrdlock(&l, &end) == 0 && pthread_rwlock_unlock(&l) == 0);
  CHECK(pthread_rwlock_timedwrlock(&l, &end) == 0 && pthread_rwlock_unlock(&l) == 0);
  CHECK(pthread_rwlock_clockrdlock(&l, CLOCK_MONOTONIC, &other) == 0);
  CHECK(pthread_rwlock_unlock(&l) == 0);
  CHECK(pthread_rwlock_clockwrlock(&l, CLOCK_MONOTONIC, &other) == 0);
  CHECK(pthread_rwlock_unlock(&l) == 0);
  pthread_mutex_unlock(&m);
  return 0;
}
static void every_call(void) {
  pthread_t one = start(ml, &l), other = start(lm_by_other_calls, 0);
  finish(one);
  finish(other);
}

static void *give_up(void *argument) {
  (void)argument;
  struct timespec end = at(CLOCK_REALTIME, 0);
  CHECK(pthread_rwlock_tryrdlock(&l) == EBUSY && pthread_rwlock_trywrlock(&l) == EBUSY);
  CHECK(pthread_rwlock_timedrdlock(&l, &end) == ETIMEDOUT);
  CHECK(pthread_rwlock_timedwrlock(&l, &end) == ETIMEDOUT);
  return 0;
}
static void refused(void) {
  pthread_rwlock_wrlock(&l);
  CHECK(pthread_rwlock_rdlock(&l) == EDEADLK);
  finish(start(give_up, 0));
  pthread_rwlock_unlock(&l);
}

static void *ask_for_more(void *argument) {
  (void)argument;
  pthread_rwlock_rdlock(&l);
  pthread_rwlock_wrlock(&l);
  return 0;
}
static void upgrade(void) {
  start(ask_for_more, 0);
  AWAIT_SLEEPERS(&l, 1);
  _exit(0);
}

static void *read_a_while(void *argument) {
  (void)argument;
  pthread_rwlock_rdlock(&l);
  reach(1);
  await(2);
  pthread_rwlock_unlock(&l);
  return 0;
}
static void *write_once(void *argument) {
  (void)argument;
  await(1);
  pthread_rwlock_wrlock(&l);
  pthread_rwlock_unlock(&l);
  return 0;
}
/// Readers together, and a writer that waits for them.
static void contended(void) {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&l, &attributes);
  pthread_t some[] = {start(read_a_while, 0), start(read_a_while, 0)};
  await(1);
  pthread_t writer = start(write_once, 0);
  AWAIT_SLEEPERS(&l, 1);
  reach(2);
  finish(some[0]);
  finish(some[1]);
  finish(writer);
  pthread_rwlock_destroy(&l);
}

static void *unlock_of_another(void *argument) {
  (void)argument;
  pthread_rwlock_unlock(&l);
  return 0;
}
static void unlock_other(void) {
  pthread_rwlock_wrlock(&l);
  finish(start(unlock_of_another, 0));
}
static void destroy_held(void) {
  pthread_rwlock_rdlock(&l);
  pthread_rwlock_destroy(&l);
}

CASES({"inverted", inverted}, {"inverted-reader", inverted_reader}, {"readers", readers},
      {"every-call", every_call}, {"refused", refused}, {"upgrade", upgrade},
      {"contended", contended}, {"unlock-other", unlock_other}, {"destroy-held", destroy_held})
