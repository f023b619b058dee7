#include "harness.h"
#include <fcntl.h>
#include <signal.h>

static sem_t a, b;

static void *ab(void *argument) {
  (void)argument;
  CHECK(sem_wait(&a) == 0 && sem_wait(&b) == 0);
  CHECK(sem_post(&b) == 0 && sem_post(&a) == 0);
  reach(1);
  return 0;
}
static void *ba(void *argument) {
  (void)argument;
  await(1);
  CHECK(sem_wait(&b) == 0 && sem_wait(&a) == 0);
  CHECK(sem_post(&a) == 0 && sem_post(&b) == 0);
  return 0;
}
static void *ab_later(void *argument) {
  await(1);
  return ab(argument);
}
static void pair(void *(*second)(void *)) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  pthread_t one = start(ab, 0), other = start(second, 0);
  finish(one);
  finish(other);
  CHECK(sem_destroy(&a) == 0 && sem_destroy(&b) == 0);
}
static void inverted(void) { pair(ba); }
static void ordered(void) { pair(ab_later); }

static void *hang_one(void *argument) {
  (void)argument;
  sem_wait(&a);
  reach(1);
  await(2);
  sem_wait(&b);
  return 0;
}
static void *hang_other(void *argument) {
  (void)argument;
  await(1);
  sem_wait(&b);
  reach(2);
  sem_wait(&a);
  return 0;
}
static void hang(void) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  end_when_stuck();
  pthread_t one = start(hang_one, 0), other = start(hang_other, 0);
  finish(one);
  finish(other);
}

static void *produce(void *argument) {
  (void)argument;
  for (int i = 0; i < 5; i++) CHECK(sem_post(&a) == 0);
  return 0;
}
static void handed_over(void) {
  sem_init(&a, 0, 0);
  pthread_t thread = start(produce, 0);
  for (int i = 0; i < 5; i++) CHECK(sem_wait(&a) == 0);
  finish(thread);
  struct timespec end = at(CLOCK_REALTIME, 0), other = at(CLOCK_MONOTONIC, 0);
  CHECK(sem_trywait(&a) == -1 && errno == EAGAIN);
  CHECK(sem_timedwait(&a, &end) == -1 && errno == ETIMEDOUT);
  CHECK(sem_clockwait(&a, CLOCK_MONOTONIC, &other) == -1 && errno == ETIMEDOUT);
  sem_destroy(&a);
}

static void on_signal(int number) { (void)number; }
static void *wait_through_signal(void *argument) {
  (void)argument;
  int interrupted = 0;
  while (sem_wait(&a) == -1) {
    CHECK(errno == EINTR);
    interrupted = 1;
    reach(1);
  }
  CHECK(interrupted);
  return 0;
}
static void interrupted(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, 0);
  sem_init(&a, 0, 0);
  pthread_t thread = start(wait_through_signal, 0);
  AWAIT_SLEEPERS(&a, 1);
  pthread_kill(thread, SIGUSR1);
  await(1);
  AWAIT_SLEEPERS(&a, 1);
  sem_post(&a);
  finish(thread);
}

static void *post(void *semaphore) {
  CHECK(sem_post(semaphore) == 0);
  return 0;
}
static void named(void) {
  char name[64];
  snprintf(name, sizeof name, "/lockcheck-%d", getpid());
  sem_t *one = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  CHECK(one != SEM_FAILED);
  sem_t *same = sem_open(name, 0);
  CHECK(sem_unlink(name) == 0 && same == one);
  CHECK(sem_wait(one) == 0);
  pthread_t thread = start(post, same);
  CHECK(sem_wait(same) == 0);
  finish(thread);
  CHECK(sem_close(same) == 0);
  CHECK(sem_post(one) == 0 && sem_trywait(one) == 0);
  CHECK(sem_close(one) == 0);
}

static void *wait_for_cancel(void *argument) {
  (void)argument;
  sem_wait(&a);
  return 0;
}
static void cancelled(void) {
  sem_init(&a, 0, 0);
  pthread_t thread = start(wait_for_cancel, 0);
  AWAIT_SLEEPERS(&a, 1);
  pthread_cancel(thread);
  finish(thread);
  sem_destroy(&a);
}
/// A cancellation is acted upon where a permit is there, too.
static void *wait_after_cancel(void *argument) {
  (void)argument;
  await(1);
  sem_wait(&a);
  reach(2);
  return 0;
}
static void cancelled_before(void) {
  sem_init(&a, 0, 1);
  pthread_t thread = start(wait_after_cancel, 0);
  pthread_cancel(thread);
  reach(1);
  void *value = 0;
  CHECK(pthread_join(thread, &value) == 0 && value == PTHREAD_CANCELED);
}

static void destroy_waited(void) {
  sem_init(&a, 0, 0);
  start(wait_for_cancel, 0);
  AWAIT_SLEEPERS(&a, 1);
  sem_destroy(&a);
  _exit(0);
}

CASES({"inverted", inverted}, {"ordered", ordered}, {"hang", hang}, {"handed-over", handed_over},
      {"interrupted", interrupted}, {"named", named}, {"cancelled", cancelled},
      {"cancelled-before", cancelled_before}, {"destroy-waited", destroy_waited})
