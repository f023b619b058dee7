// A block that one thread uses and another gives back, after it has been told that nobody needs it; with
// UNORDERED it guesses. With DELETED by C++, else by C. What was said is told in bytes, written and read by the
// C library: with OVERWRITTEN before they have been read.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct Block {
  long first, second;
};
static Block *block;
static char line[8] = "words\n";
static volatile int unseen;
static FILE *nowhere;

static bool is_told() { return __atomic_load_n(&unseen, __ATOMIC_RELAXED) != 0; }

static void *use(void *) {
  block->first++;
  block->second++;
  fwrite(line, 1, sizeof line, nowhere);
  __atomic_store_n(&unseen, 1, __ATOMIC_RELAXED);
  return nullptr;
}

static void give_back() {
#ifdef DELETED
  delete block;
#else
  free(block);
#endif
}

int main() {
  nowhere = fopen("/dev/null", "w");
#ifdef DELETED
  block = new Block();
#else
  block = (Block *)calloc(1, sizeof *block);
#endif
  block->first = block->second = 1;
  pthread_t thread;
  pthread_create(&thread, nullptr, use, nullptr);
#ifdef UNORDERED
  while (!is_told()) usleep(100);
  give_back();
  pthread_join(thread, nullptr);
#elif defined OVERWRITTEN
  while (!is_told()) usleep(100);
  *(long *)line = 0;
  pthread_join(thread, nullptr);
#else
  pthread_join(thread, nullptr);
  *(long *)line = 0;
  give_back();
#endif
  return 0;
}
