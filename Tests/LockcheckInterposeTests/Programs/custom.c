#include "harness.h"
#include "lockcheck.h"

// A spin lock of one's own, which tells of itself.
typedef struct {
  int word;
} spin;

static spin a, b;
static int shared = 0;

static void lock(spin *s) {
  if (__atomic_exchange_n(&s->word, 1, __ATOMIC_ACQUIRE)) {
    lockcheck_acquire_pending(s, LOCKCHECK_LOCK, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING);
    while (__atomic_exchange_n(&s->word, 1, __ATOMIC_ACQUIRE)) sched_yield();
  }
  lockcheck_acquire(s, LOCKCHECK_LOCK, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING, LOCKCHECK_DONE);
}
static void unlock(spin *s) {
  lockcheck_release(s, LOCKCHECK_LOCK, LOCKCHECK_EXCLUSIVE);
  __atomic_store_n(&s->word, 0, __ATOMIC_RELEASE);
}

static void *ab(void *argument) {
  lock(&a);
  lock(&b);
  unlock(&b);
  unlock(&a);
  reach(1);
  return argument;
}
static void *ab_later(void *argument) {
  await(1);
  return ab(argument);
}
static void *ba(void *argument) {
  await(1);
  lock(&b);
  lock(&a);
  unlock(&a);
  unlock(&b);
  return argument;
}
static void pair(void *(*one)(void *), void *(*other)(void *)) {
  lockcheck_create(&a, LOCKCHECK_LOCK, "a", LOCKCHECK_NONE);
  lockcheck_create(&b, LOCKCHECK_LOCK, "b", LOCKCHECK_NONE);
  pthread_t first = start(one, 0), second = start(other, 0);
  finish(first);
  finish(second);
  lockcheck_destroy(&a);
  lockcheck_destroy(&b);
}
static void inverted(void) { pair(ab, ba); }
static void ordered(void) { pair(ab, ab_later); }

static void *add(void *locks) {
  if (locks) lock(&a);
  lockcheck_read(&shared, sizeof shared);
  lockcheck_write(&shared, sizeof shared);
  shared++;
  if (locks) unlock(&a);
  reach(1);
  return 0;
}
static void *add_later(void *locks) {
  await(1);
  return add(locks);
}
static void raced(void) {
  pthread_t one = start(add, 0), other = start(add_later, 0);
  finish(one);
  finish(other);
}
static void counted(void) {
  pthread_t one = start(add, &a), other = start(add_later, &a);
  finish(one);
  finish(other);
}

/// A queue, an event, a condition, a semaphore and a barrier, each told of in the simplest way.
static int queue, event, condition, semaphore;
static void *produce(void *argument) {
  lockcheck_write(&shared, sizeof shared);
  lockcheck_put(&queue, 1, LOCKCHECK_BLOCKING, LOCKCHECK_DONE);
  reach(1);
  return argument;
}
static void *consume(void *argument) {
  await(1);
  lockcheck_get(&queue, 1, LOCKCHECK_BLOCKING, LOCKCHECK_DONE);
  lockcheck_write(&shared, sizeof shared);
  lockcheck_set(&event);
  reach(2);
  return argument;
}
static void *react(void *argument) {
  await(2);
  lockcheck_wait_for(&event, LOCKCHECK_EVENT, LOCKCHECK_BLOCKING, LOCKCHECK_DONE);
  lockcheck_write(&shared, sizeof shared);
  lockcheck_release(&semaphore, LOCKCHECK_SEMAPHORE, LOCKCHECK_EXCLUSIVE);
  reach(3);
  return argument;
}
static void *take_permit(void *argument) {
  await(3);
  lockcheck_acquire(&semaphore, LOCKCHECK_SEMAPHORE, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING,
                    LOCKCHECK_DONE);
  lockcheck_begin();
  lockcheck_write(&shared, sizeof shared);
  lockcheck_end();
  lock(&a);
  lockcheck_wait(&condition, &a, LOCKCHECK_LOCK, LOCKCHECK_TIMED, LOCKCHECK_PENDING);
  lockcheck_wait(&condition, &a, LOCKCHECK_LOCK, LOCKCHECK_TIMED, LOCKCHECK_TIMEOUT);
  lockcheck_notify(&condition, LOCKCHECK_NONE);
  unlock(&a);
  return argument;
}
static void handed_over(void) {
  lockcheck_create(&semaphore, LOCKCHECK_SEMAPHORE, "permits", 0);
  pthread_t some[] = {start(produce, 0), start(consume, 0), start(react, 0), start(take_permit, 0)};
  for (int i = 0; i < 4; i++) finish(some[i]);
}

CASES({"inverted", inverted}, {"ordered", ordered}, {"raced", raced}, {"counted", counted},
      {"handed-over", handed_over})
