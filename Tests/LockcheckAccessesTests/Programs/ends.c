// A mutex that the last who uses it destroys, with the block that it lies in: both threads say under it that they
// are through. With MADE one thread makes it while the other guesses that it is there, with DESTROYED and with
// FREED one ends it, or its block, while the other has not said anything.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct shared {
  pthread_mutex_t mutex;
  int users;
};
static struct shared *block;
static int step;

// In a way that is no order.
static void tell(int value) { __atomic_store_n(&step, value, __ATOMIC_RELAXED); }
static void await(int value) {
  while (__atomic_load_n(&step, __ATOMIC_RELAXED) < value) usleep(100);
}

static void leave(void) {
  pthread_mutex_lock(&block->mutex);
  int is_last = --block->users == 0;
  pthread_mutex_unlock(&block->mutex);
  if (!is_last) return;
  pthread_mutex_destroy(&block->mutex);
  free(block);
}

static void *second(void *unused) {
#ifdef MADE
  await(1);
#endif
#if defined MADE || defined DESTROYED || defined FREED
  pthread_mutex_lock(&block->mutex);
  pthread_mutex_unlock(&block->mutex);
  tell(2);
#else
  leave();
#endif
  return unused;
}

int main(void) {
  pthread_t thread;
  block = calloc(1, sizeof *block);
  block->users = 2;
#ifndef MADE
  pthread_mutex_init(&block->mutex, 0);
#endif
  pthread_create(&thread, 0, second, 0);
#ifdef MADE
  pthread_mutex_init(&block->mutex, 0);
  tell(1);
#elif defined DESTROYED
  await(2);
  pthread_mutex_destroy(&block->mutex);
#elif defined FREED
  await(2);
  free(block);
#else
  leave();
#endif
  pthread_join(thread, 0);
  return 0;
}
