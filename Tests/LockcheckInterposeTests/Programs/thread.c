#include "harness.h"
#include <limits.h>
#include <sys/prctl.h>
#include <threads.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int count = 0;

static void locked(void) {
  pthread_mutex_lock(&m);
  count++;
  pthread_mutex_unlock(&m);
}

static void *work(void *argument) {
  locked();
  return argument;
}
static void joined(void) {
  void *value = 0;
  CHECK(pthread_join(start(work, &m), &value) == 0 && value == &m);
  struct timespec end = at(CLOCK_REALTIME, 100), other = at(CLOCK_MONOTONIC, 100);
  CHECK(pthread_timedjoin_np(start(work, 0), 0, &end) == 0);
  CHECK(pthread_clockjoin_np(start(work, 0), 0, CLOCK_MONOTONIC, &other) == 0);
  pthread_t thread = start(work, 0);
  while (pthread_tryjoin_np(thread, 0) == EBUSY) sched_yield();
  CHECK(count == 4);
}

static void *leave(void *argument) {
  locked();
  pthread_exit(argument);
}
static void exited(void) {
  void *value = 0;
  CHECK(pthread_join(start(leave, &m), &value) == 0 && value == &m);
}

static void *detached_work(void *argument) {
  locked();
  reach(1);
  return argument;
}
static void detached(void) {
  pthread_t thread = start(detached_work, 0);
  CHECK(pthread_detach(thread) == 0);
  await(1);
  locked();
}

static void at_end(void *value) {
  (void)value;
  locked();
}
static void *with_key(void *argument) {
  pthread_setspecific(key, &key);
  return argument;
}
static void keys(void) {
  pthread_key_create(&key, at_end);
  for (int i = 0; i < 3; i++) finish(start(with_key, 0));
  CHECK(count == 3);
}

static void *named(void *argument) {
  CHECK(pthread_setname_np(pthread_self(), "first") == 0);
  locked();
  CHECK(prctl(PR_SET_NAME, "second") == 0);
  char name[16];
  CHECK(pthread_getname_np(pthread_self(), name, sizeof name) == 0 && strcmp(name, "second") == 0);
  reach(1);
  await(2);
  return argument;
}
static void names(void) {
  finish(({
    pthread_t thread = start(named, 0);
    await(1);
    reach(2);
    thread;
  }));
  begin_again();
  pthread_t other = start(named, 0);
  await(1);
  CHECK(pthread_setname_np(other, "third") == 0);
  reach(2);
  finish(other);
}

static void *needs_lock(void *argument) {
  await(1);
  locked();
  return argument;
}
static void join_under_lock(void) {
  end_when_stuck();
  pthread_t thread = start(needs_lock, 0);
  pthread_mutex_lock(&m);
  reach(1);
  finish(thread);
}
static void joined_then_locked(void) {
  pthread_t thread = start(needs_lock, 0);
  reach(1);
  finish(thread);
  locked();
}

static void *sleep_for_ever(void *argument) {
  await(3);
  return argument;
}
static pthread_t sleeper;
static void *join_for_ever(void *argument) {
  pthread_join(sleeper, 0);
  return argument;
}
static void join_cancelled(void) {
  sleeper = start(sleep_for_ever, 0);
  pthread_t thread = start(join_for_ever, 0);
  void *value = 0;
  pthread_cancel(thread);
  CHECK(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED);
  reach(3);
  finish(sleeper);
}

static void routine(void) { count++; }
static void *run_once(void *argument) {
  for (int i = 0; i < 3; i++) CHECK(pthread_once(&once, routine) == 0);
  return argument;
}
static void once_only(void) {
  pthread_t some[] = {start(run_once, 0), start(run_once, 0), start(run_once, 0)};
  for (int i = 0; i < 3; i++) finish(some[i]);
  CHECK(count == 1);
}

static void *once_first(void *argument) {
  pthread_once(&once, locked);
  reach(1);
  return argument;
}
static void *once_under_lock(void *argument) {
  await(1);
  pthread_mutex_lock(&m);
  pthread_once(&once, locked);
  pthread_mutex_unlock(&m);
  return argument;
}
/// The routine needs a lock that somebody who waits for the routine might hold.
static void once_inverted(void) {
  pthread_t one = start(once_first, 0), other = start(once_under_lock, 0);
  finish(one);
  finish(other);
}
static void again(void) { pthread_once(&once, again); }
static void *run_again(void *argument) {
  again();
  return argument;
}
static void once_in_itself(void) {
  end_when_stuck();
  finish(start(run_again, 0));
}

static mtx_t x, y;
static cnd_t changed;
static once_flag flag = ONCE_FLAG_INIT;
static int is_ready = 0;

static int c11_xy(void *argument) {
  (void)argument;
  CHECK(mtx_lock(&x) == thrd_success && mtx_lock(&y) == thrd_success);
  CHECK(mtx_unlock(&y) == thrd_success && mtx_unlock(&x) == thrd_success);
  reach(1);
  return 7;
}
static int c11_xy_later(void *argument) {
  await(1);
  return c11_xy(argument);
}
static int c11_yx(void *argument) {
  (void)argument;
  await(1);
  CHECK(mtx_lock(&y) == thrd_success && mtx_lock(&x) == thrd_success);
  CHECK(mtx_unlock(&x) == thrd_success && mtx_unlock(&y) == thrd_success);
  return 7;
}
static void c11_pair(thrd_start_t second) {
  thrd_t one, other;
  mtx_init(&x, mtx_plain);
  mtx_init(&y, mtx_timed | mtx_recursive);
  CHECK(thrd_create(&one, c11_xy, 0) == thrd_success);
  CHECK(thrd_create(&other, second, 0) == thrd_success);
  int result = 0;
  CHECK(thrd_join(one, &result) == thrd_success && result == 7);
  CHECK(thrd_join(other, &result) == thrd_success && result == 7);
  mtx_destroy(&x);
  mtx_destroy(&y);
}
static void c11_inverted(void) { c11_pair(c11_yx); }
static void c11_ordered(void) { c11_pair(c11_xy_later); }

static int c11_wait(void *argument) {
  (void)argument;
  struct timespec end = at(CLOCK_REALTIME, 0);
  call_once(&flag, routine);
  mtx_lock(&x);
  CHECK(cnd_timedwait(&changed, &x, &end) == thrd_timedout);
  while (!is_ready) CHECK(cnd_wait(&changed, &x) == thrd_success);
  mtx_unlock(&x);
  return 0;
}
static void c11_condition(void) {
  thrd_t thread;
  struct timespec end = at(CLOCK_REALTIME, 100);
  mtx_init(&x, mtx_timed);
  cnd_init(&changed);
  CHECK(thrd_create(&thread, c11_wait, 0) == thrd_success);
  AWAIT_SLEEPERS(&changed, 1);
  CHECK(mtx_timedlock(&x, &end) == thrd_success && mtx_trylock(&x) == thrd_busy);
  is_ready = 1;
  cnd_broadcast(&changed);
  cnd_signal(&changed);
  mtx_unlock(&x);
  CHECK(thrd_join(thread, 0) == thrd_success);
  call_once(&flag, routine);
  CHECK(count == 1);
  cnd_destroy(&changed);
  mtx_destroy(&x);
}

static void take(void) { pthread_mutex_lock(&m); }
static void give(void) { pthread_mutex_unlock(&m); }
/// Handlers that hold every mutex over a fork, as allocators have them, and a child that goes on.
// As small as the C library allows: the recorder needs more.
static void small_stack(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  size_t size = 0;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
  for (int i = 0; i < 20; i++) {
    CHECK(pthread_create(&thread, &attributes, work, 0) == 0);
    finish(thread);
  }
  CHECK(count == 20);
  CHECK(pthread_attr_getstacksize(&attributes, &size) == 0 && size == (size_t)PTHREAD_STACK_MIN);
}

static void *blocked(void *argument) {
  sigset_t now;
  CHECK(pthread_sigmask(SIG_SETMASK, 0, &now) == 0);
  int *numbers = argument;
  CHECK(sigismember(&now, SIGUSR1) == numbers[0] && sigismember(&now, SIGUSR2) == numbers[1]);
  return 0;
}
static void signals(void) {
  sigset_t first, second, now;
  sigemptyset(&first);
  sigemptyset(&second);
  sigaddset(&first, SIGUSR1);
  sigaddset(&second, SIGUSR2);
  finish(start(blocked, (int[]){0, 0}));
  CHECK(pthread_sigmask(SIG_BLOCK, &first, 0) == 0);
  finish(start(blocked, (int[]){1, 0}));
  pthread_attr_t attributes;
  pthread_t thread;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setsigmask_np(&attributes, &second) == 0);
  CHECK(pthread_create(&thread, &attributes, blocked, (int[]){0, 1}) == 0);
  finish(thread);
  CHECK(pthread_sigmask(SIG_SETMASK, 0, &now) == 0);
  CHECK(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGUSR2) == 0);
}

static void forked(void) {
  pthread_atfork(take, give, give);
  pthread_t other = start(sleep_for_ever, 0);
  pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&held);
  pid_t child = fork();
  if (child == 0) {
    pthread_mutex_unlock(&held);
    finish(start(work, 0));
    exit(count == 1 ? 42 : 1);
  }
  pthread_mutex_unlock(&held);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 42);
  reach(3);
  finish(other);
  locked();
}

/// Of the library's code that it took to start, most has been given back.
static void light(void) {
  FILE *file = fopen("/proc/self/smaps", "r");
  CHECK(file != 0);
  char line[512], rights[5];
  bool counts = false;
  long size = 0, resident = 0, value;
  while (fgets(line, sizeof line, file) != 0) {
    if (sscanf(line, "%*x-%*x %4s", rights) == 1)
      counts = strstr(line, "/libLockcheckRuntime.so") != 0 && rights[1] != 'w';
    else if (counts && sscanf(line, "Size: %ld", &value) == 1)
      size += value;
    else if (counts && sscanf(line, "Rss: %ld", &value) == 1)
      resident += value;
  }
  fclose(file);
  CHECK(resident <= size / 3);
}

CASES({"light", light}, {"joined", joined}, {"exited", exited}, {"detached", detached}, {"keys", keys},
      {"names", names}, {"join-under-lock", join_under_lock},
      {"joined-then-locked", joined_then_locked}, {"join-cancelled", join_cancelled},
      {"once-only", once_only}, {"once-inverted", once_inverted},
      {"once-in-itself", once_in_itself}, {"c-inverted", c11_inverted},
      {"small-stack", small_stack}, {"signals", signals}, {"c-ordered", c11_ordered},
      {"c-condition", c11_condition}, {"forked", forked})
