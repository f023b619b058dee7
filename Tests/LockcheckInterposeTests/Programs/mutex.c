#include "harness.h"

static pthread_mutex_t a, b;

static void make(int type, int robust, int protocol) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
  CHECK(pthread_mutexattr_setrobust(&attributes, robust) == 0);
  CHECK(pthread_mutexattr_setprotocol(&attributes, protocol) == 0);
  CHECK(pthread_mutex_init(&a, &attributes) == 0);
  CHECK(pthread_mutex_init(&b, &attributes) == 0);
  pthread_mutexattr_destroy(&attributes);
}
static void normal(void) { make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE); }

static void *ab(void *argument) {
  (void)argument;
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_mutex_lock(&b) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  reach(1);
  return 0;
}

static void *ba(void *argument) {
  (void)argument;
  await(1);
  CHECK(pthread_mutex_lock(&b) == 0);
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0);
  return 0;
}

static void *ab_later(void *argument) {
  await(1);
  return ab(argument);
}

static void pair(void *(*second)(void *)) {
  pthread_t one = start(ab, 0), other = start(second, 0);
  finish(one);
  finish(other);
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_mutex_destroy(&b) == 0);
}

#define OF_TYPE(name, type, robust, protocol) \
  static void name##_inverted(void) {         \
    make(type, robust, protocol);             \
    pair(ba);                                 \
  }                                           \
  static void name##_ordered(void) {          \
    make(type, robust, protocol);             \
    pair(ab_later);                           \
  }
OF_TYPE(normal, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE)
OF_TYPE(recursive, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE)
OF_TYPE(checking, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE)
OF_TYPE(adaptive, PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE)
OF_TYPE(robust, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE)
OF_TYPE(inheriting, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT)

/// The second lock is taken by a call that gives up: nobody hangs.
static void *ba_timed(void *argument) {
  (void)argument;
  await(1);
  struct timespec end = at(CLOCK_REALTIME, 100);
  CHECK(pthread_mutex_lock(&b) == 0);
  CHECK(pthread_mutex_timedlock(&a, &end) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  end = at(CLOCK_MONOTONIC, 100);
  CHECK(pthread_mutex_clocklock(&a, CLOCK_MONOTONIC, &end) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_trylock(&a) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0);
  return 0;
}
static void timed(void) {
  normal();
  pair(ba_timed);
}

static void *give_up(void *argument) {
  (void)argument;
  struct timespec end = at(CLOCK_REALTIME, 0);
  CHECK(pthread_mutex_trylock(&a) == EBUSY);
  CHECK(pthread_mutex_timedlock(&a, &end) == ETIMEDOUT);
  end.tv_nsec = 2000000000;
  CHECK(pthread_mutex_timedlock(&a, &end) == EINVAL);
  return 0;
}
static void refused(void) {
  normal();
  pthread_mutex_lock(&a);
  finish(start(give_up, 0));
  pthread_mutex_unlock(&a);
}

static void *hang_ab(void *argument) {
  (void)argument;
  pthread_mutex_lock(&a);
  reach(1);
  await(2);
  pthread_mutex_lock(&b);
  return 0;
}
static void *hang_ba(void *argument) {
  (void)argument;
  await(1);
  pthread_mutex_lock(&b);
  reach(2);
  pthread_mutex_lock(&a);
  return 0;
}
static void hang(void) {
  normal();
  start(hang_ab, 0);
  start(hang_ba, 0);
  AWAIT_SLEEPERS(&a, 1);
  AWAIT_SLEEPERS(&b, 1);
  _exit(0);
}

static void *take_twice(void *argument) {
  (void)argument;
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&a);
  return 0;
}
static void relock(void) {
  normal();
  start(take_twice, 0);
  AWAIT_SLEEPERS(&a, 1);
  _exit(0);
}

static void relock_recursive(void) {
  make(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
  for (int i = 0; i < 3; i++) CHECK(pthread_mutex_lock(&a) == 0);
  for (int i = 0; i < 3; i++) CHECK(pthread_mutex_unlock(&a) == 0);
}

static void relock_checked(void) {
  make(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_mutex_lock(&a) == EDEADLK);
  CHECK(pthread_mutex_unlock(&a) == 0);
}

static void *die_holding(void *argument) {
  (void)argument;
  CHECK(pthread_mutex_lock(&a) == 0);
  return 0;
}
static void owner_died(void) {
  make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
  finish(start(die_holding, 0));
  CHECK(pthread_mutex_lock(&a) == EOWNERDEAD);
  CHECK(pthread_mutex_consistent(&a) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
  finish(start(die_holding, 0));
  CHECK(pthread_mutex_lock(&a) == EOWNERDEAD);
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_lock(&a) == ENOTRECOVERABLE);
}

static void *die_seen(void *argument) {
  die_holding(argument);
  reach(1);
  return 0;
}
// Only the answer that the other has died lets it be joined under the lock.
static void owner_died_joined(void) {
  make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
  pthread_t thread = start(die_seen, 0);
  await(1);
  CHECK(pthread_mutex_lock(&a) == EOWNERDEAD);
  finish(thread);
  CHECK(pthread_mutex_consistent(&a) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
}

static void leak(void) {
  normal();
  finish(start(die_holding, 0));
}

static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static void *die_holding_second(void *argument) {
  CHECK(pthread_mutex_lock(&second) == 0);
  return argument;
}
static void leaks(void) {
  leak();
  finish(start(die_holding_second, 0));
}

static void *unlock_checked(void *argument) {
  (void)argument;
  CHECK(pthread_mutex_unlock(&a) == EPERM);
  return 0;
}
static void unlock_other_checked(void) {
  make(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
  pthread_mutex_lock(&a);
  finish(start(unlock_checked, 0));
  pthread_mutex_unlock(&a);
}
static void *unlock_unchecked(void *argument) {
  (void)argument;
  CHECK(pthread_mutex_unlock(&a) == 0);
  return 0;
}
static void unlock_other(void) {
  normal();
  pthread_mutex_lock(&a);
  finish(start(unlock_unchecked, 0));
}
static void unlock_free(void) {
  make(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
  CHECK(pthread_mutex_unlock(&a) == EPERM);
}

static void destroy_held(void) {
  normal();
  pthread_mutex_lock(&a);
  CHECK(pthread_mutex_destroy(&a) == EBUSY);
  pthread_mutex_unlock(&a);
}

/// Two lives at one address, with another order in each, and nothing that orders the threads.
static void *ba_in_second_life(void *argument) {
  await(2);
  return ba(argument);
}
static void two_lives(void) {
  normal();
  pthread_t one = start(ab, 0), other = start(ba_in_second_life, 0);
  await(1);
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_mutex_init(&a, 0) == 0);
  reach(2);
  finish(one);
  finish(other);
}

/// The mutex of the second thread lies where that of the first one lay, which nobody has joined.
static void *place = 0;
static void *on_stack(void *other_order) {
  pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;
  CHECK(place == 0 || place == &local);
  place = &local;
  pthread_mutex_t *outer = other_order ? &a : &local, *inner = other_order ? &local : &a;
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
  return 0;
}
static void stack_lives(void) {
  normal();
  pthread_detach(start(on_stack, 0));
  for (int threads = 2; threads > 1; usleep(1000)) {
    threads = -2;
    DIR *folder = opendir("/proc/self/task");
    while (readdir(folder) != 0) threads++;
    closedir(folder);
  }
  finish(start(on_stack, &a));
}

CASES({"stack-lives", stack_lives}, {"normal-inverted", normal_inverted}, {"normal-ordered", normal_ordered},
      {"recursive-inverted", recursive_inverted}, {"recursive-ordered", recursive_ordered},
      {"checking-inverted", checking_inverted}, {"checking-ordered", checking_ordered},
      {"adaptive-inverted", adaptive_inverted}, {"adaptive-ordered", adaptive_ordered},
      {"robust-inverted", robust_inverted}, {"robust-ordered", robust_ordered},
      {"inheriting-inverted", inheriting_inverted}, {"inheriting-ordered", inheriting_ordered},
      {"timed", timed}, {"refused", refused}, {"hang", hang}, {"relock", relock},
      {"relock-recursive", relock_recursive}, {"relock-checked", relock_checked},
      {"owner-died", owner_died}, {"owner-died-joined", owner_died_joined},
      {"leak", leak}, {"leaks", leaks}, {"unlock-other-checked", unlock_other_checked},
      {"unlock-other", unlock_other}, {"unlock-free", unlock_free},
      {"destroy-held", destroy_held}, {"two-lives", two_lives})
