// A library with two locks of its own and a counter, for `unload.c`.
#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, two = PTHREAD_MUTEX_INITIALIZER;

void nest(bool is_inverted) {
  pthread_mutex_t *outer = is_inverted ? &two : &one, *inner = is_inverted ? &one : &two;
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}
