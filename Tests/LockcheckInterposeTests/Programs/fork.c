// Handlers round `fork` that are known before any constructor has run, as those of the libraries that a program is
// linked with are before the recorder's.
#include "harness.h"

static void (*before)(void) = 0, (*after)(void) = 0;

static void prepare(void) {
  if (before != 0) before();
}
static void resume(void) {
  if (after != 0) after();
}
static void begin(void) { CHECK(pthread_atfork(prepare, resume, resume) == 0); }
__attribute__((section(".preinit_array"), used)) static void (*first)(void) = begin;

static void fork_once(void) {
  pid_t child = fork();
  if (child == 0) _exit(42);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, two = PTHREAD_MUTEX_INITIALIZER;

/// Takes a lock that nobody has taken before, so that the recorder has to make it known.
static void take_new(void) {
  pthread_mutex_t *lock = malloc(sizeof *lock);
  CHECK(pthread_mutex_init(lock, 0) == 0);
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
  CHECK(pthread_mutex_destroy(lock) == 0);
  free(lock);
}

static pthread_t worker;

static void *work_when_told(void *argument) {
  await(1);
  take_new();
  return argument;
}
static void stop_worker(void) {
  reach(1);
  finish(worker);
}
/// A library that ends its threads before a fork, as OpenBLAS does.
static void joined(void) {
  worker = start(work_when_told, 0);
  before = stop_worker;
  fork_once();
}

static void take(void) { pthread_mutex_lock(&one); }
static void give(void) { pthread_mutex_unlock(&one); }

static void *work_under_lock(void *argument) {
  while (__atomic_load_n(&progress, __ATOMIC_SEQ_CST) < 1) {
    pthread_mutex_lock(&one);
    take_new();
    pthread_mutex_unlock(&one);
  }
  return argument;
}
/// A library that has its lock to itself while the process forks, as allocators do.
static void locked(void) {
  before = take;
  after = give;
  pthread_t others[] = {start(work_under_lock, 0), start(work_under_lock, 0)};
  for (int i = 0; i < 50; i++) fork_once();
  reach(1);
  for (int i = 0; i < 2; i++) finish(others[i]);
}

static void take_both(void) {
  pthread_mutex_lock(&one);
  pthread_mutex_lock(&two);
}
static void give_both(void) {
  pthread_mutex_unlock(&two);
  pthread_mutex_unlock(&one);
}
static void *nest(void *is_inverted) {
  pthread_mutex_lock(is_inverted ? &two : &one);
  pthread_mutex_lock(is_inverted ? &one : &two);
  pthread_mutex_unlock(is_inverted ? &one : &two);
  pthread_mutex_unlock(is_inverted ? &two : &one);
  reach(1);
  return 0;
}
static void nested(bool is_inverted) {
  before = take_both;
  after = give_both;
  pthread_t other = start(nest, is_inverted ? &one : 0);
  await(1);
  fork_once();
  finish(other);
}
static void inverted(void) { nested(true); }
static void ordered(void) { nested(false); }

CASES({"joined", joined}, {"locked", locked}, {"inverted", inverted}, {"ordered", ordered})
