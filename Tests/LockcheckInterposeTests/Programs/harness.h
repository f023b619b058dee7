// What the programs share: each knows several cases by name, and takes turns in a way that the recording
// does not see.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      _exit(99);                                                      \
    }                                                                 \
  } while (0)

static int progress = 0;

/// Says how far the case is. One who is late does not take it back.
static inline void reach(int step) {
  int now = __atomic_load_n(&progress, __ATOMIC_SEQ_CST);
  while (now < step && !__atomic_compare_exchange_n(&progress, &now, step, false, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST));
}

/// Has the case start from the beginning, while nobody else takes part in it.
static inline void begin_again(void) { __atomic_store_n(&progress, 0, __ATOMIC_SEQ_CST); }

/// Goes on when the case is that far.
static inline void await(int step) {
  while (__atomic_load_n(&progress, __ATOMIC_SEQ_CST) < step) sched_yield();
}

/// Whether a thread sleeps on a word in this part of memory, as the kernel tells.
static inline bool sleeps(const char *thread, uintptr_t low, uintptr_t high) {
  char path[64], text[128] = "";
  snprintf(path, sizeof path, "/proc/self/task/%s/syscall", thread);
  FILE *file = fopen(path, "r");
  if (file == 0) return false;
  if (fgets(text, sizeof text, file) == 0) text[0] = 0;
  fclose(file);
  long number = 0;
  unsigned long word = 0;
  if (sscanf(text, "%ld 0x%lx", &number, &word) != 2 || number != SYS_futex) return false;
  return word >= low && word < high;
}

/// Waits until that many threads sleep on the object.
static inline void await_sleepers(const void *object, size_t size, int count) {
  for (int found = 0; found < count;) {
    found = 0;
    DIR *folder = opendir("/proc/self/task");
    for (struct dirent *entry; folder != 0 && (entry = readdir(folder)) != 0;)
      if (entry->d_name[0] != '.')
        found += sleeps(entry->d_name, (uintptr_t)object, (uintptr_t)object + size);
    closedir(folder);
    usleep(1000);
  }
}
#define AWAIT_SLEEPERS(object, count) await_sleepers(object, sizeof *(object), count)

static inline pthread_t start(void *(*body)(void *), void *argument) {
  pthread_t thread;
  CHECK(pthread_create(&thread, 0, body, argument) == 0);
  return thread;
}
static inline void finish(pthread_t thread) { CHECK(pthread_join(thread, 0) == 0); }

/// Whether every thread of the process sleeps on some word.
static inline bool is_stuck(int process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *folder = opendir(path);
  int threads = 0, sleeping = 0;
  for (struct dirent *entry; folder != 0 && (entry = readdir(folder)) != 0;) {
    if (entry->d_name[0] == '.') continue;
    char text[128] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/syscall", process, entry->d_name);
    FILE *file = fopen(path, "r");
    if (file != 0 && fgets(text, sizeof text, file) == 0) text[0] = 0;
    if (file != 0) fclose(file);
    threads++;
    sleeping += atol(text) == SYS_futex && text[0] >= '0' && text[0] <= '9';
  }
  if (folder != 0) closedir(folder);
  return threads > 1 && sleeping == threads;
}

/// Has another process look on, and end this one when no thread of it can go on.
static inline void end_when_stuck(void) {
  int process = getpid(), watcher = fork();
  CHECK(watcher >= 0);
  if (watcher > 0) {
    prctl(PR_SET_PTRACER, watcher);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (getppid() == process && !is_stuck(process)) usleep(1000);
  kill(process, SIGKILL);
  _exit(0);
}

/// A moment that is over, or a long time from now.
static inline struct timespec at(clockid_t clock, int seconds) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_sec += seconds;
  return time;
}

typedef struct {
  const char *name;
  void (*run)(void);
} program_case;

#define CASES(...)                                                             \
  int main(int count, char **words) {                                          \
    static const program_case cases[] = {__VA_ARGS__};                         \
    sigset_t none; /* Whoever started the program may have blocked some. */    \
    sigemptyset(&none);                                                        \
    sigprocmask(SIG_SETMASK, &none, 0);                                        \
    for (size_t i = 0; count > 1 && i < sizeof cases / sizeof *cases; i++)     \
      if (strcmp(cases[i].name, words[1]) == 0) {                              \
        cases[i].run();                                                        \
        puts("done");                                                          \
        return 0;                                                              \
      }                                                                        \
    return 98;                                                                 \
  }
