#include "harness.h"

static pthread_barrier_t barrier;
static pthread_spinlock_t a, b;
static int serials = 0;

static void *rounds(void *argument) {
  (void)argument;
  for (int i = 0; i < 20; i++) {
    int result = pthread_barrier_wait(&barrier);
    CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
    if (result != 0) __atomic_fetch_add(&serials, 1, __ATOMIC_RELAXED);
  }
  return 0;
}
static void together(void) {
  CHECK(pthread_barrier_init(&barrier, 0, 3) == 0);
  pthread_t one = start(rounds, 0), two = start(rounds, 0);
  rounds(0);
  CHECK(pthread_barrier_destroy(&barrier) == 0);
  finish(one);
  finish(two);
  CHECK(serials == 20);
}

static void *come(void *argument) {
  (void)argument;
  pthread_barrier_wait(&barrier);
  return 0;
}
static void too_few(void) {
  end_when_stuck();
  pthread_barrier_init(&barrier, 0, 3);
  pthread_t one = start(come, 0), two = start(come, 0);
  finish(one);
  finish(two);
}
static void destroy_waited(void) {
  end_when_stuck();
  pthread_barrier_init(&barrier, 0, 2);
  start(come, 0);
  AWAIT_SLEEPERS(&barrier, 1);
  pthread_barrier_destroy(&barrier);
}

static void *ab(void *argument) {
  (void)argument;
  CHECK(pthread_spin_lock(&a) == 0 && pthread_spin_lock(&b) == 0);
  CHECK(pthread_spin_unlock(&b) == 0 && pthread_spin_unlock(&a) == 0);
  reach(1);
  return 0;
}
static void *ab_later(void *argument) {
  await(1);
  return ab(argument);
}
static void *ba(void *argument) {
  (void)argument;
  await(1);
  CHECK(pthread_spin_lock(&b) == 0 && pthread_spin_lock(&a) == 0);
  CHECK(pthread_spin_unlock(&a) == 0 && pthread_spin_unlock(&b) == 0);
  return 0;
}
static void pair(void *(*second)(void *)) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  pthread_t one = start(ab, 0), other = start(second, 0);
  finish(one);
  finish(other);
  pthread_spin_destroy(&a);
  pthread_spin_destroy(&b);
}
static void spin_inverted(void) { pair(ba); }
static void spin_ordered(void) { pair(ab_later); }

static void *spin_unlock_of_another(void *argument) {
  (void)argument;
  pthread_spin_unlock(&a);
  return 0;
}
static void spin_unlock_other(void) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_lock(&a);
  CHECK(pthread_spin_trylock(&a) == EBUSY);
  finish(start(spin_unlock_of_another, 0));
}

CASES({"together", together}, {"too-few", too_few}, {"destroy-waited", destroy_waited},
      {"spin-inverted", spin_inverted}, {"spin-ordered", spin_ordered},
      {"spin-unlock-other", spin_unlock_other})
