// What the C library does to bytes, and words that are used as a whole and in parts. The second thread waits for
// the first in a way that is no order, with JOINED for its end.
//
// COPIED: one copies a text that the other measures. PARTED: one writes a word, the other a byte of it. APART: both
// write bytes of a word, different ones. FREED: one gives a block back that the other looks at then. REUSED: one
// gives a block back, and the other gets it anew. CLOSED: one closes a pipe that the other has written to.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int step, ends[2];
static char text[16];
long word;
static char *block;
static volatile size_t seen;

static void tell(void) { __atomic_store_n(&step, 1, __ATOMIC_RELAXED); }
static void await(void) {
#ifndef JOINED
  while (__atomic_load_n(&step, __ATOMIC_RELAXED) == 0) usleep(100);
#endif
}

static void *first(void *source) {
#ifdef COPIED
  strcpy(text, source);
#elif defined PARTED
  word = 1;
#elif defined APART
  ((char *)&word)[0] = 1;
#elif defined FREED || defined REUSED
  free(block);
#elif defined CLOSED
  if (write(ends[1], source, 1) != 1) _exit(2);
#endif
  tell();
  return 0;
}

static void second(void) {
#ifdef COPIED
  seen = strlen(text);
#elif defined PARTED || defined APART
  ((char *)&word)[3] = 1;
#elif defined FREED
  seen = (size_t)block[40];
#elif defined REUSED
  char *again = malloc(64);
  memset(again, 1, 64);
  free(again);
#elif defined CLOSED
  close(ends[0]);
  close(ends[1]);
#endif
}

int main(int count, char **arguments) {
  if (pipe(ends) != 0) return 2;
  block = malloc(64);
  memset(block, 0, 64);
  pthread_t thread;
  pthread_create(&thread, 0, first, count > 1 ? arguments[1] : "words");
#ifdef JOINED
  pthread_join(thread, 0);
  second();
#else
  await();
  second();
  pthread_join(thread, 0);
#endif
  return 0;
}
