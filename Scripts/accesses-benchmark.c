// What recorded accesses cost: two threads each, for some patterns of access. Compiled and run by
// accesses-benchmark.sh.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 2000000, WORDS = 4096, LARGE = 1 << 20 };

static volatile long table[WORDS];
static long counter;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

__attribute__((noinline)) static long step(volatile long *words, int i) {
  words[i]++;
  return words[i];
}

// Memory of its own, with a call for each access.
static void *own(void *unused) {
  volatile long *words = calloc(1024, sizeof *words);
  long sum = 0;
  for (int i = 0; i < STEPS; i++) sum += step(words, i & 1023);
  free((void *)words);
  return (void *)(sum + (long)unused);
}

static void *reads(void *unused) {
  long sum = 0;
  for (int i = 0; i < STEPS; i++) sum += table[i & (WORDS - 1)];
  return (void *)(sum + (long)unused);
}

static void *writes(void *unused) {
  for (int i = 0; i < STEPS / 20; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    table[i & 63]++;
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

static void *blocks(void *unused) {
  for (int i = 0; i < STEPS / 20; i++) {
    volatile long *block = malloc(64);
    block[0] = block[7] = i;
    free((void *)block);
  }
  return unused;
}

static void *sweeps(void *unused) {
  volatile int *large = malloc(LARGE * sizeof *large);
  for (int round = 0; round < 4; round++)
    for (long i = 0; i < LARGE; i++) large[i] += round;
  free((void *)large);
  return unused;
}

static void measure(const char *name, void *(*body)(void *)) {
  pthread_t threads[2];
  double start = now();
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, body, 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
  printf("  %-8s %7.3f s\n", name, now() - start);
}

int main(void) {
  measure("own", own);
  measure("reads", reads);
  measure("writes", writes);
  measure("blocks", blocks);
  measure("sweeps", sweeps);
  char line[200];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "VmHWM", 5) == 0) printf("  %s", line);
  return 0;
}
