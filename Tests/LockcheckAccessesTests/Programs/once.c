// What Dispatch does once, as the header of its has it: the code of the program looks at the predicate by itself, and
// calls only where it is not done. With `raced` the other thread does not look.
#include <pthread.h>
#include <string.h>
#include <unistd.h>

extern void dispatch_once_f(long *predicate, void *context, void (*function)(void *));

static long predicate;
static int value, is_made, is_raced;

static void make(void *unused) {
  (void)unused;
  value = 42;
}

static void *first(void *unused) {
  dispatch_once_f(&predicate, 0, make);
  __atomic_store_n(&is_made, 1, __ATOMIC_RELAXED);
  return unused;
}

/// As `dispatch_once_f` is inlined.
__attribute__((noinline)) static void once(void) {
  if (__builtin_expect(predicate, ~0l) != ~0l)
    dispatch_once_f(&predicate, 0, make);
  else
    __asm__ __volatile__("" ::: "memory");
}

static void *second(void *unused) {
  // Looks before, too: what it finds then is not to stand for what it finds later.
  volatile int found = 0;
  if (!is_raced) found = predicate == ~0l;
  while (__atomic_load_n(&is_made, __ATOMIC_RELAXED) == 0) usleep(100);
  if (!is_raced) once();
  if (value != 42 || found > 1) _exit(3);
  // Again and again, which is not to be told again.
  for (int i = 0; i < 1000 && !is_raced; i++) once();
  return unused;
}

int main(int count, char **words) {
  is_raced = count > 1 && strcmp(words[1], "raced") == 0;
  pthread_t threads[3];
  pthread_create(&threads[0], 0, second, 0);
  pthread_create(&threads[1], 0, first, 0);
  pthread_create(&threads[2], 0, second, 0);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
  return 0;
}
