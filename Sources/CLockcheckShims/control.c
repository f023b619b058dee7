#define _GNU_SOURCE
#include "lc_control.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__thread void *lc_control_self __attribute__((tls_model("initial-exec"))) = 0;
__thread const char *lc_note_self __attribute__((tls_model("initial-exec"))) = 0;

static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t running = 0;

// The child of a fork has one thread only, and nobody to hand a baton to.
static void leave_control(void) {
  running = 0;
  lc_set_mode(LC_CONTROLLED, false);
  lc_control_self = 0;
  lc_note_self = 0;
  pthread_mutex_init(&running_lock, 0);
}

static void watch_forks(void) { pthread_atfork(0, 0, leave_control); }

void lc_control_begin(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  pthread_mutex_lock(&running_lock);
  if (running++ == 0) lc_set_mode(LC_CONTROLLED, true);
  pthread_mutex_unlock(&running_lock);
}

void lc_control_end(void) {
  pthread_mutex_lock(&running_lock);
  if (running > 0 && --running == 0) lc_set_mode(LC_CONTROLLED, false);
  pthread_mutex_unlock(&running_lock);
}

static __thread jmp_buf *worker_exit = 0;

void lc_run_worker(void (*body)(void *), void *argument) {
  jmp_buf here;
  worker_exit = &here;
  if (_setjmp(here) == 0) body(argument);
  worker_exit = 0;
}

void lc_leave_worker(void) {
  if (worker_exit == 0) return;
  lc_control_self = 0;
  lc_note_self = 0;
  _longjmp(*worker_exit, 1);
}

int lc_choose_processor(void) {
  static uint32_t turn = 0;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  int count = CPU_COUNT(&allowed);
  if (count == 0) return -1;
  int wanted = (int)(__atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % (uint32_t)count);
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (CPU_ISSET(processor, &allowed) && wanted-- == 0) return processor;
  }
  return -1;
}

void lc_stay_on_processor(int processor) {
  if (processor < 0) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(processor, &wanted);
  // Where it is refused, threads wander as ever.
  sched_setaffinity(0, sizeof wanted, &wanted);
}

void lc_yield_to_none(void) {
  struct sched_param parameters = {0};
  if (sched_getscheduler(0) != SCHED_OTHER) return;
  // Where it is refused, a thread that wakes another one is pushed aside by it, as ever.
  sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &parameters);
}

static __thread cpu_set_t usual_processors;
static __thread bool is_visiting = false;

void lc_visit_processor(int processor) {
  if (processor < 0) return;
  is_visiting = sched_getaffinity(0, sizeof usual_processors, &usual_processors) == 0;
  if (is_visiting) lc_stay_on_processor(processor);
}

void lc_leave_processor(void) {
  if (is_visiting) sched_setaffinity(0, sizeof usual_processors, &usual_processors);
  is_visiting = false;
}

char lc_thread_state(uint32_t tid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/task/%u/stat", tid);
  FILE *file = fopen(path, "re");
  if (file == 0) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  // The name, which may have any byte in it, stands in parentheses before the state.
  const char *end = strrchr(text, ')');
  return end != 0 && end[1] == ' ' ? end[2] : 0;
}

// What is said of a crash.


static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
enum { crash_count = sizeof crashes / sizeof crashes[0] };
static struct sigaction before[crash_count];
static uint64_t note_users = 0;

static void say_note(int signal) {
  const char *note = lc_note_self;
  if (note != 0 && note[0] != 0) {
    int saved = errno;
    static const char opening[] = "lockcheck: the program crashed in the schedule ";
    static const char closing[] = "\nlockcheck: run it again with LOCKCHECK_REPLAY set to that.\n";
    ssize_t written = write(STDERR_FILENO, opening, sizeof opening - 1);
    written = write(STDERR_FILENO, note, strlen(note));
    written = write(STDERR_FILENO, closing, sizeof closing - 1);
    (void)written;
    lc_note_self = 0;
    errno = saved;
  }
  // What the signal would have done happens when the instruction is tried again, or the signal raised again.
  for (int i = 0; i < crash_count; i++) {
    if (crashes[i] == signal) sigaction(signal, &before[i], 0);
  }
}

void lc_notes_begin(void) {
  pthread_mutex_lock(&running_lock);
  if (note_users++ == 0) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = say_note;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &action, &before[i]);
  }
  pthread_mutex_unlock(&running_lock);
}

void lc_notes_end(void) {
  pthread_mutex_lock(&running_lock);
  if (--note_users == 0) {
    for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &before[i], 0);
  }
  pthread_mutex_unlock(&running_lock);
}
