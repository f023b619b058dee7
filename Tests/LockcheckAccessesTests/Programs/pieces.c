// Two threads, one after the other in time and ordered by nothing, make accesses of 1, 2, 4, 8 and 16 bytes that the
// argument, a seed, decides on, and between them do what makes the recorder forget or repeat itself: they take locks
// of their own, go through much memory, give blocks back. Says `race` or `clean`, as a plain table of what was touched
// has it.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 24, SIZES = 5, STEPS = 24, MUCH = 1 << 16 };
static _Alignas(16) unsigned char memory[SLOTS][16];
// 1: read, 2: written; by each of the two threads.
static unsigned char touched[2][SLOTS][16];
static uint64_t state;
static atomic_int turn;
static volatile char *much[2];

// What the test itself keeps is nobody's business.
#define UNSEEN __attribute__((no_sanitize("thread")))

UNSEEN static unsigned number(unsigned limit) {
  state += 0x9E3779B97F4A7C15u;
  uint64_t z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (unsigned)((z ^ z >> 31) >> 33) % limit;
}

#define ACCESS(type)                                          \
  {                                                           \
    volatile type *place = (volatile type *)at;               \
    if (writes) *place = (type)1;                             \
    else (void)*place;                                        \
    break;                                                    \
  }

static __attribute__((noinline)) void access_to(unsigned char *at, unsigned power, int writes) {
  switch (power) {
    case 0: ACCESS(uint8_t)
    case 1: ACCESS(uint16_t)
    case 2: ACCESS(uint32_t)
    case 3: ACCESS(uint64_t)
    default: ACCESS(unsigned __int128)
  }
}

static __attribute__((noinline)) void go_through(volatile char *all) {
  for (unsigned i = 0; i < MUCH; i += 8) all[i]++;
}

static __attribute__((noinline)) void use_block(volatile char *kept, unsigned from, unsigned to) {
  volatile char *block = malloc(48);
  block[to] = kept[from];
  free((void *)block);
}

UNSEEN static void note(unsigned who, unsigned slot, unsigned from, unsigned size, int writes) {
  for (unsigned i = from; i < from + size; i++) touched[who][slot][i] |= writes ? 2 : 1;
}

static struct place {
  unsigned slot, from, size;
  int writes;
} last[2];

UNSEEN static void access_at(unsigned who, unsigned slot, unsigned from, unsigned size, int writes) {
  note(who, slot, from, size, writes);
  access_to(&memory[slot][from], (unsigned)__builtin_ctz(size), writes);
}

UNSEEN static void step(unsigned who, pthread_mutex_t *own, volatile char *block) {
  switch (number(12)) {
    case 0:
      pthread_mutex_lock(own);
      pthread_mutex_unlock(own);
      return;
    case 1: return go_through(much[who]);
    case 2: {
      unsigned from = number(64);
      return use_block(block, from, number(48));
    }
    case 3:
    case 4:
    case 5:
    case 6:
      // Once more what was touched last, if anything.
      if (last[who].size == 0) return;
      access_at(who, last[who].slot, last[who].from, last[who].size, last[who].writes && number(2));
      return;
    default: {
      unsigned slot = number(SLOTS), power = slot % SIZES, size = 1u << power;
      unsigned from = number(16 / size) * size;
      int writes = number(4) == 0;
      last[who] = (struct place){slot, from, size, writes};
      access_at(who, slot, from, size, writes);
    }
  }
}

UNSEEN static void *body(void *argument) {
  unsigned who = (unsigned)(uintptr_t)argument;
  pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
  // Orders nothing.
  while (atomic_load_explicit(&turn, memory_order_relaxed) != (int)who) sched_yield();
  volatile char *block = calloc(1, 64);
  much[who] = calloc(1, MUCH);
  for (unsigned i = 0; i < STEPS; i++) step(who, &own, block);
  free((void *)much[who]);
  free((void *)block);
  atomic_store_explicit(&turn, (int)who + 1, memory_order_relaxed);
  return 0;
}

int main(int words, char **word) {
  if (words != 2) return 2;
  state = strtoull(word[1], 0, 10);
  pthread_t threads[2];
  for (uintptr_t i = 0; i < 2; i++) pthread_create(&threads[i], 0, body, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
  int is_race = 0;
  for (unsigned slot = 0; slot < SLOTS; slot++)
    for (unsigned i = 0; i < 16; i++) {
      unsigned a = touched[0][slot][i], b = touched[1][slot][i];
      if ((a & 2 && b) || (b & 2 && a)) is_race = 1;
    }
  puts(is_race ? "race" : "clean");
  return 0;
}
