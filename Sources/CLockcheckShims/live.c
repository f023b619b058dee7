#define _GNU_SOURCE
#include "lc_live.h"
#include "lc_outside.h"

#include <dirent.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lc_system.h"

uint32_t lc_live_epoch = 0;
uint32_t lc_live_requests = 0;
void (*lc_live_thread_ends)(void) = 0;
__thread lc_live *lc_live_self __attribute__((tls_model("initial-exec"))) = 0;

static lc_live *all = 0;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// The first rounds are left to the destructors of others, which may still take locks.
static void thread_ends(void *argument) {
  lc_live *live = argument;
  if (lc_live_self != live) return;
  static __thread uint32_t rounds = 0;
  if (++rounds < 3) {
    pthread_setspecific(key, live);
    return;
  }
  if (lc_live_thread_ends != 0) lc_live_thread_ends();
}

static void make_key(void) { pthread_key_create(&key, thread_ends); }

lc_live *lc_live_first(void) { return __atomic_load_n(&all, __ATOMIC_ACQUIRE); }

lc_live *lc_live_attach(void) {
  if (lc_live_self != 0) return lc_live_self;
  pthread_once(&once, make_key);
  lc_live_lock();
  lc_live *live = all;
  while (live != 0 && live->tid != 0) live = live->next;
  if (live == 0) {
    live = lc_map_memory(sizeof *live);
    if (live != 0) {
      live->next = all;
      __atomic_store_n(&all, live, __ATOMIC_RELEASE);
    }
  }
  if (live != 0) {
    live->busy = 0;
    live->hold_count = 0;
    live->epoch = lc_live_epoch;
    memset(live->known, 0, sizeof live->known);
    for (size_t i = 0; i < LC_REMEMBERED; i++)
      if (live->remembered[i].session != 0) live->remembered[i].session = 0;
    live->name[0] = 0;
    if (!lc_is_main_thread()) lc_thread_system_name(live->name, sizeof live->name);
    live->tid = (uint32_t)syscall(SYS_gettid);
    lc_live_self = live;
  }
  lc_live_unlock();
  if (live != 0) pthread_setspecific(key, live);
  return live;
}

void lc_live_detach(void) {
  lc_live *live = lc_live_self;
  if (live == 0) return;
  pthread_setspecific(key, 0);
  lc_live_self = 0;
  live->hold_count = 0;
  live->tid = 0;
}

void lc_live_set_name(lc_live *live, const uint8_t *text, size_t length) {
  if (length >= sizeof live->name) {
    length = sizeof live->name - 1;
    while (length > 0 && (text[length] & 0xC0) == 0x80) length--;
  }
  if (length > 0) memcpy(live->name, text, length);
  live->name[length] = 0;
}

// All of this may be called in a signal handler.
void lc_live_request(void) {
  int saved = errno;
  __atomic_fetch_add(&lc_live_requests, 1, __ATOMIC_RELEASE);
  syscall(SYS_futex, &lc_live_requests, FUTEX_WAKE_PRIVATE, 1, (void *)0, (void *)0, 0);
  errno = saved;
}

static void request_by_signal(int signal) {
  (void)signal;
  lc_live_request();
}

int lc_live_listen(int signal) {
  struct sigaction action = {.sa_handler = request_by_signal, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, 0) == 0 ? 0 : errno;
}

void lc_live_await_request(uint32_t seen, int64_t deadline) {
  struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
  syscall(
      SYS_futex, &lc_live_requests, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, seen,
      deadline == INT64_MAX ? (struct timespec *)0 : &until, (void *)0, FUTEX_BITSET_MATCH_ANY);
}

static void *run(void *argument) {
  lc_set_own_thread(true);
  ((void (*)(void))argument)();
  return 0;
}

int lc_live_start_thread(void (*body)(void)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigset_t everything, before;
  sigfillset(&everything);
  pthread_sigmask(SIG_SETMASK, &everything, &before);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, run, (void *)body);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  pthread_attr_destroy(&attributes);
  return error;
}

void lc_flush_output(void) {
  if (ftrylockfile(stdout) != 0) return;
  fflush_unlocked(stdout);
  funlockfile(stdout);
}

bool lc_live_visit_tasks(void *context, void (*visit)(void *context, uint32_t tid)) {
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == 0) return false;
  for (struct dirent *entry; (entry = readdir(tasks)) != 0;)
    if (entry->d_name[0] != '.') visit(context, (uint32_t)strtoul(entry->d_name, 0, 10));
  closedir(tasks);
  return true;
}
