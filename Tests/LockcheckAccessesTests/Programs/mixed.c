// Two threads count, one of them by an atomic addition without an order and the other as if it were alone; with
// ATOMIC both by atomic additions, one of them with an order.
#include <pthread.h>

int count;

static void *first(void *unused) {
  __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
  return unused;
}

static void *second(void *unused) {
#ifdef ATOMIC
  __atomic_fetch_add(&count, 1, __ATOMIC_ACQ_REL);
#else
  count++;
#endif
  return unused;
}

int main(void) {
  pthread_t one, other;
  pthread_create(&one, 0, first, 0);
  pthread_create(&other, 0, second, 0);
  pthread_join(one, 0);
  pthread_join(other, 0);
  return 0;
}
