// Handlers of signals that run on stacks of their own, of the smallest size that is usual.
#include <setjmp.h>

#include "harness.h"

#define SIZE 8192
static pthread_mutex_t x = PTHREAD_MUTEX_INITIALIZER, y = PTHREAD_MUTEX_INITIALIZER;
static sem_t told;
static int runs, runs_inside;

static void take_xy(int number) {
  stack_t now;
  CHECK(number == SIGUSR1 && sigaltstack(0, &now) == 0);
  CHECK(now.ss_flags == SS_ONSTACK && now.ss_size == SIZE);
  // Nor may it be changed meanwhile.
  CHECK(sigaltstack(&now, 0) == -1 && errno == EPERM);
  pthread_mutex_lock(&x);
  pthread_mutex_lock(&y);
  runs++;
  pthread_mutex_unlock(&y);
  pthread_mutex_unlock(&x);
  sem_post(&told);
}

/// On a small stack, which the program is told of as it gave it.
static void *run_handler(void *unused) {
  char *memory = malloc(SIZE);
  stack_t none, stack = {.ss_sp = memory, .ss_size = SIZE}, now;
  CHECK(sigaltstack(0, &none) == 0 && none.ss_flags == SS_DISABLE);
  stack_t tiny = {.ss_sp = memory, .ss_size = 16};
  CHECK(sigaltstack(&tiny, 0) == -1 && errno == ENOMEM);
  CHECK(sigaltstack(&stack, &now) == 0 && now.ss_flags == SS_DISABLE);
  CHECK(sigaltstack(0, &now) == 0 && now.ss_sp == memory && now.ss_size == SIZE && now.ss_flags == 0);
  CHECK(raise(SIGUSR1) == 0 && sem_wait(&told) == 0);
  none.ss_flags = SS_DISABLE;
  CHECK(sigaltstack(&none, &now) == 0 && now.ss_sp == memory);
  CHECK(sigaltstack(0, &now) == 0 && now.ss_flags == SS_DISABLE);
  // One that is large enough is the program's own.
  size_t large = 1 << 20;
  stack_t roomy = {.ss_sp = malloc(large), .ss_size = large};
  CHECK(sigaltstack(&roomy, 0) == 0 && sigaltstack(&stack, &now) == 0 && now.ss_sp == roomy.ss_sp);
  free(roomy.ss_sp);
  reach(1);
  // Left as it is, for the end of the thread.
  return unused;
}

static void prepare(void) {
  struct sigaction action = {.sa_handler = take_xy, .sa_flags = SA_ONSTACK};
  CHECK(sigaction(SIGUSR1, &action, 0) == 0 && sem_init(&told, 0, 0) == 0);
}

static void *take_yx(void *unused) {
  await(1);
  pthread_mutex_lock(&y);
  pthread_mutex_lock(&x);
  runs_inside = runs;
  pthread_mutex_unlock(&x);
  pthread_mutex_unlock(&y);
  return unused;
}

static void small_stack(void) {
  prepare();
  for (int i = 1; i <= 3; i++) {
    begin_again();
    finish(start(run_handler, 0));
    CHECK(runs == i);
  }
}
/// What the handler did is recorded.
static void small_stack_inverted(void) {
  prepare();
  pthread_t first = start(run_handler, 0), second = start(take_yx, 0);
  finish(first);
  finish(second);
  CHECK(runs_inside == 1);
}

// Coroutines as GNU Pth makes them: a handler on a stack of its own is left by a jump, and its frames stay.

#define COROUTINES 3
static jmp_buf caller, coroutines[COROUTINES];
static volatile int current;

static __attribute__((noinline)) void count_up(int number) {
  volatile char room[2000];
  memset((char *)room, number, sizeof room);
  for (;;) {
    if (setjmp(coroutines[number]) == 0) longjmp(caller, 1);
    for (size_t i = 0; i < sizeof room; i++)
      if (room[i] != number) abort();
  }
}

static void become_coroutine(int signal) {
  (void)signal;
  if (setjmp(coroutines[current]) != 0) count_up(current);
}

static void make_coroutine(int number) {
  stack_t stack = {.ss_sp = malloc(16384), .ss_size = 16384}, none = {.ss_flags = SS_DISABLE};
  struct sigaction action = {.sa_handler = become_coroutine, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &action, 0);
  if (sigaltstack(&stack, 0) != 0) abort();
  current = number;
  raise(SIGUSR1);
  if (sigaltstack(&none, 0) != 0) abort();
}

static void use_coroutines(void) {
  for (int i = 0; i < COROUTINES; i++) make_coroutine(i);
  for (volatile int turn = 0; turn < 4; turn++)
    for (current = 0; current < COROUTINES; current++)
      if (setjmp(caller) == 0) longjmp(coroutines[current], 1);
}

CASES({"small-stack", small_stack}, {"small-stack-inverted", small_stack_inverted}, {"coroutines", use_coroutines})
