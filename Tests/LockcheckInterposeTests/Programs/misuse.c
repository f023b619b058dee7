#include "harness.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static sem_t s;

// Threads.

static void *nothing(void *argument) { return argument; }

static void detach_joined(void) {
  pthread_t thread = start(nothing, 0);
  finish(thread);
  CHECK(pthread_detach(thread) == ESRCH);
}
static void *stay(void *argument) {
  await(1);
  return argument;
}
static void join_detached(void) {
  pthread_t thread = start(stay, 0);
  CHECK(pthread_detach(thread) == 0);
  CHECK(pthread_join(thread, 0) == EINVAL);
  CHECK(pthread_detach(thread) == EINVAL);
  reach(1);
}
static void join_itself(void) { CHECK(pthread_join(pthread_self(), 0) == EDEADLK); }

/// Not to be joined yet is no fault.
static void join_early(void) {
  pthread_t thread = start(stay, 0);
  struct timespec over = at(CLOCK_REALTIME, -1);
  CHECK(pthread_tryjoin_np(thread, 0) == EBUSY);
  CHECK(pthread_timedjoin_np(thread, 0, &over) == ETIMEDOUT);
  reach(1);
  finish(thread);
}

// Times.

static struct timespec with_nanoseconds(long nanoseconds) {
  struct timespec end = at(CLOCK_REALTIME, -1);
  end.tv_nsec = nanoseconds;
  return end;
}
static void wait_until(long nanoseconds, int answer) {
  struct timespec end = with_nanoseconds(nanoseconds);
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_cond_timedwait(&c, &a, &end) == answer);
  CHECK(pthread_mutex_unlock(&a) == 0);
}
static void wait_invalid(void) { wait_until(1000000000, EINVAL); }
static void wait_valid(void) { wait_until(999999999, ETIMEDOUT); }

/// A permit is there, and the time is looked at all the same.
static void take_until(long nanoseconds, int answer) {
  struct timespec end = with_nanoseconds(nanoseconds);
  CHECK(sem_init(&s, 0, 1) == 0);
  errno = 0;
  CHECK((sem_timedwait(&s, &end) == 0) == (answer == 0));
  CHECK(errno == answer);
}
static void take_invalid(void) { take_until(-1, EINVAL); }
static void take_valid(void) {
  struct timespec end = with_nanoseconds(0);
  take_until(0, 0);
  CHECK(sem_timedwait(&s, &end) == -1 && errno == ETIMEDOUT);
  CHECK(sem_trywait(&s) == -1 && errno == EAGAIN);
}
static void read_until(long nanoseconds, int answer) {
  struct timespec end = with_nanoseconds(nanoseconds);
  CHECK(pthread_rwlock_timedrdlock(&l, &end) == answer);
  if (answer == 0) CHECK(pthread_rwlock_unlock(&l) == 0);
}
static void read_invalid(void) { read_until(1000000000, EINVAL); }
static void read_valid(void) { read_until(0, 0); }

// Counts.

static void semaphore_too_large(void) { CHECK(sem_init(&s, 0, ~0u) == -1 && errno == EINVAL); }
static void semaphore_overflow(void) {
  CHECK(sem_init(&s, 0, INT32_MAX) == 0);
  CHECK(sem_post(&s) == -1 && errno == EOVERFLOW);
}
static void semaphore_full(void) {
  CHECK(sem_init(&s, 0, INT32_MAX) == 0);
  CHECK(sem_wait(&s) == 0);
  CHECK(sem_post(&s) == 0);
}
static void barrier_of_none(void) {
  pthread_barrier_t barrier;
  CHECK(pthread_barrier_init(&barrier, 0, 0) == EINVAL);
}

// What was destroyed.

static void several_refused(void) {
  CHECK(sem_init(&s, 0, ~0u) == -1 && errno == EINVAL);
  pthread_barrier_t barrier;
  CHECK(pthread_barrier_init(&barrier, 0, 0) == EINVAL);
}

static void lock_destroyed(void) {
  CHECK(pthread_mutex_lock(&a) == 0 && pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_mutex_lock(&a) == EINVAL);
  CHECK(pthread_mutex_trylock(&a) == EINVAL);
  CHECK(pthread_mutex_unlock(&a) == EINVAL);
}
static void destroyed_twice(void) {
  CHECK(pthread_mutex_lock(&a) == 0 && pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_mutex_destroy(&a) == 0);
}
static void signal_destroyed(void) {
  CHECK(pthread_cond_signal(&c) == 0);
  CHECK(pthread_cond_destroy(&c) == 0);
  CHECK(pthread_cond_signal(&c) == 0);
}
static void use(void) {
  CHECK(pthread_mutex_lock(&a) == 0);
  CHECK(pthread_cond_signal(&c) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
}
static void destroy(void) {
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_cond_destroy(&c) == 0);
}
static void made_anew(void) {
  for (int i = 0; i < 3; i++) {
    CHECK(pthread_mutex_init(&a, 0) == 0);
    CHECK(pthread_cond_init(&c, 0) == 0);
    use();
    destroy();
  }
}
/// Without a call, as C++ makes them.
static void made_in_place(void) {
  for (int i = 0; i < 3; i++) {
    a = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    c = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    use();
    destroy();
  }
}
static void __attribute__((noinline)) on_stack(void) {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  pthread_barrier_t barrier;
  CHECK(pthread_mutex_init(&mutex, 0) == 0);
  CHECK(pthread_cond_init(&condition, 0) == 0);
  CHECK(pthread_barrier_init(&barrier, 0, 1) == 0);
  CHECK(pthread_mutex_lock(&mutex) == 0);
  CHECK(pthread_cond_signal(&condition) == 0);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
  CHECK(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
}
/// What is left in memory that is given back is another one's next time, and never destroyed.
static void never_destroyed(void) {
  for (int i = 0; i < 3; i++) on_stack();
  for (int i = 0; i < 3; i++) {
    pthread_mutex_t *mutex = malloc(sizeof *mutex);
    CHECK(mutex != 0 && pthread_mutex_init(mutex, 0) == 0);
    CHECK(pthread_mutex_lock(mutex) == 0);
    CHECK(pthread_mutex_unlock(mutex) == 0);
    free(mutex);
  }
}

// Two locks.

static int woken = 0;
static void *wait_with(void *argument) {
  pthread_mutex_t *mutex = argument;
  CHECK(pthread_mutex_lock(mutex) == 0);
  int before = woken;
  while (woken == before) CHECK(pthread_cond_wait(&c, mutex) == 0);
  CHECK(pthread_mutex_unlock(mutex) == 0);
  return 0;
}
static void wake(void) {
  CHECK(pthread_mutex_lock(&a) == 0 && pthread_mutex_lock(&b) == 0);
  woken++;
  CHECK(pthread_cond_broadcast(&c) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0 && pthread_mutex_unlock(&a) == 0);
}
static void two_locks(void) {
  pthread_t one = start(wait_with, &a);
  AWAIT_SLEEPERS(&c, 1);
  pthread_t other = start(wait_with, &b);
  AWAIT_SLEEPERS(&c, 2);
  wake();
  finish(one);
  finish(other);
}
static void two_locks_in_turn(void) {
  for (int i = 0; i < 4; i++) {
    pthread_t thread = start(wait_with, i % 2 == 0 ? &a : &b);
    AWAIT_SLEEPERS(&c, 1);
    wake();
    finish(thread);
  }
}

CASES({"detach-joined", detach_joined}, {"join-detached", join_detached},
      {"join-itself", join_itself}, {"join-early", join_early}, {"wait-invalid", wait_invalid},
      {"wait-valid", wait_valid}, {"take-invalid", take_invalid}, {"take-valid", take_valid},
      {"read-invalid", read_invalid}, {"read-valid", read_valid},
      {"semaphore-too-large", semaphore_too_large}, {"semaphore-overflow", semaphore_overflow},
      {"semaphore-full", semaphore_full}, {"barrier-of-none", barrier_of_none},
      {"several-refused", several_refused}, {"lock-destroyed", lock_destroyed}, {"destroyed-twice", destroyed_twice},
      {"signal-destroyed", signal_destroyed}, {"made-anew", made_anew},
      {"made-in-place", made_in_place}, {"never-destroyed", never_destroyed},
      {"two-locks", two_locks}, {"two-locks-in-turn", two_locks_in_turn})
