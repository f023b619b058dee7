// Locks of one word, as Swift's `Mutex` has them: a free one is taken without a call, and the kernel is asked for one
// that is not.
#include <linux/futex.h>

#include "harness.h"

typedef struct {
  uint32_t word;
} lock;

static lock a, b;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int shared = 0;

static long ask(lock *it, int operation) { return syscall(SYS_futex, &it->word, operation, 0, 0, 0, 0); }

static bool exchange(lock *it, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(&it->word, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/// Returns whether it was got; what the kernel says against it is in `errno`.
static bool take(lock *it) {
  return exchange(it, 0, (uint32_t)gettid()) || ask(it, FUTEX_LOCK_PI_PRIVATE) == 0;
}
static void give(lock *it) {
  if (!exchange(it, (uint32_t)gettid(), 0)) CHECK(ask(it, FUTEX_UNLOCK_PI_PRIVATE) == 0);
}
static bool try_to_take(lock *it) {
  return exchange(it, 0, (uint32_t)gettid()) || ask(it, FUTEX_TRYLOCK_PI_PRIVATE) == 0;
}

static void *count(void *argument) {
  (void)argument;
  for (int i = 0; i < 2000; i++) {
    CHECK(take(&a));
    shared++;
    if (try_to_take(&b)) give(&b);
    give(&a);
  }
  return 0;
}
static void counted(void) {
  pthread_t one = start(count, 0), two = start(count, 0), three = start(count, 0);
  finish(one);
  finish(two);
  finish(three);
  CHECK(shared == 6000 && a.word == 0 && b.word == 0);
}

/// Takes both, the second when the first thread has its first.
static void *ba(void *argument) {
  (void)argument;
  CHECK(take(&b));
  reach(1);
  AWAIT_SLEEPERS(&b, 1);
  // The kernel sees that nobody would ever wake.
  CHECK(!take(&a) && errno == EDEADLK);
  puts("done");
  fflush(stdout);
  _exit(0);
}
static void crossed(void) {
  CHECK(take(&a));
  pthread_t other = start(ba, 0);
  await(1);
  take(&b);
  finish(other);
}

static void *b_then_mutex(void *argument) {
  (void)argument;
  CHECK(take(&b));
  reach(1);
  pthread_mutex_lock(&mutex);
  return 0;
}
static void crossed_with_mutex(void) {
  end_when_stuck();
  pthread_mutex_lock(&mutex);
  pthread_t other = start(b_then_mutex, 0);
  await(1);
  AWAIT_SLEEPERS(&mutex, 1);
  take(&b);
  finish(other);
}

static void relock(void) {
  CHECK(take(&a) && !take(&a) && errno == EDEADLK);
}

static void *hold_first(void *argument) {
  (void)argument;
  CHECK(take(&b));
  reach(1);
  AWAIT_SLEEPERS(&b, 1);
  give(&b);
  reach(2);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return 0;
}
/// It waits for a holder who then waits for it: but has given the lock back before.
static void given_back(void) {
  pthread_mutex_lock(&mutex);
  pthread_t other = start(hold_first, 0);
  await(1);
  CHECK(take(&b));
  await(2);
  AWAIT_SLEEPERS(&mutex, 1);
  give(&b);
  pthread_mutex_unlock(&mutex);
  finish(other);
  CHECK(b.word == 0);
}

static void *hold_for_a_while(void *argument) {
  lock *it = argument;
  CHECK(take(it));
  reach(1);
  AWAIT_SLEEPERS(it, 1);
  give(it);
  return 0;
}
static void contend(lock *it, bool holds_mutex, bool then_mutex) {
  begin_again();
  pthread_t other = start(hold_for_a_while, it);
  await(1);
  if (holds_mutex) pthread_mutex_lock(&mutex);
  CHECK(take(it));
  if (then_mutex) CHECK(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
  give(it);
  if (holds_mutex) pthread_mutex_unlock(&mutex);
  finish(other);
}
static void ordered(void) {
  contend(&a, true, false);
  contend(&a, true, false);
}
static void *contend_under_mutex(void *argument) {
  (void)argument;
  contend(&a, true, false);
  reach(4);
  return 0;
}
static void *contend_around_mutex(void *argument) {
  (void)argument;
  await(4);
  contend(&a, false, true);
  return 0;
}
/// Two threads that had to wait each time take the two locks in opposite orders.
static void inverted(void) {
  pthread_t one = start(contend_under_mutex, 0), two = start(contend_around_mutex, 0);
  finish(one);
  finish(two);
}

/// What else is asked of the kernel in this way has the same answers.
static void passed_through(void) {
  CHECK(syscall(SYS_getpid) == getpid());
  errno = 0;
  CHECK(syscall(SYS_close, -1) == -1 && errno == EBADF);
  CHECK(syscall(SYS_mmap, 0, 4096, 3, 0x22, -1, 0) > 0);
  uint32_t word = 1;
  CHECK(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0) == -1 && errno == EAGAIN);
  CHECK(ask(&a, FUTEX_UNLOCK_PI_PRIVATE) == -1 && errno == EPERM);
  struct timespec past = {0, 0};
  CHECK(take(&a));
  CHECK(syscall(SYS_futex, &a.word, FUTEX_TRYLOCK_PI_PRIVATE, 0, &past, 0, 0) == -1 && errno == EDEADLK);
  give(&a);
  CHECK(a.word == 0);
}

CASES({"counted", counted}, {"crossed", crossed}, {"crossed-with-mutex", crossed_with_mutex},
      {"relock", relock}, {"given-back", given_back}, {"ordered", ordered}, {"inverted", inverted},
      {"passed-through", passed_through})
