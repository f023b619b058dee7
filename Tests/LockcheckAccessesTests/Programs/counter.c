// Two threads count: on a global, in a heap block and on the stack of the one that made them.
// With MENDED every step is locked.
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int global;
static int *block;

static void take(void) {
#ifdef MENDED
  pthread_mutex_lock(&mutex);
#endif
}
static void give_back(void) {
#ifdef MENDED
  pthread_mutex_unlock(&mutex);
#endif
}

static void *count(void *local) {
  for (int i = 0; i < 100; i++) {
    take();
    global++;
    ++*block;
    ++*(int *)local;
    give_back();
  }
  return 0;
}

int main(void) {
  int local = 0;
  pthread_t first, second;
  block = calloc(1, sizeof *block);
  pthread_create(&first, 0, count, &local);
  pthread_create(&second, 0, count, &local);
  pthread_join(first, 0);
  pthread_join(second, 0);
  int wrong = global < 100 || *block < 100 || local < 100;
  free(block);
  return wrong;
}
