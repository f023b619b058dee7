// The descriptors that a program has, and those that it has closed, whosever they were.
#include "harness.h"

#include <sys/mman.h>

static int lowest(void) {
  int fd = dup(STDIN_FILENO);
  CHECK(fd >= 0 && close(fd) == 0);
  return fd;
}

/// The lowest that was free before anything was recorded.
static int lowest_at_first = -1;
static void begin(void) { lowest_at_first = lowest(); }
__attribute__((section(".preinit_array"), used)) static void (*first)(void) = begin;

static pthread_mutex_t locks[32];

/// Takes a lock so deep in a stack that the unwinder meets memory that it has not looked at.
static __attribute__((noinline)) void take(int lock, int depth) {
  volatile char room[64 * 1024];
  room[0] = 1;
  if (depth > 0) {
    take(lock, depth - 1);
  } else {
    pthread_mutex_lock(&locks[lock]);
    pthread_mutex_unlock(&locks[lock]);
  }
  room[1] = 2;
}
static void *take_all(void *argument) {
  for (int i = 0; i < 32; i++) take(i, i);
  return argument;
}

static void low(void) {
  finish(start(take_all, 0));
  take(0, 3);
  CHECK(lowest() == lowest_at_first);
}

/// As a server does at its start: what it opens then is its own.
static void closed(void) {
  take(0, 3);
  for (int fd = STDERR_FILENO + 1; fd < 512; fd++) close(fd);
  int files[8];
  for (int i = 0; i < 8; i++) CHECK((files[i] = memfd_create("own", 0)) >= 0);
  take(1, 5);
  finish(start(take_all, 0));
  for (int i = 0; i < 8; i++) CHECK(lseek(files[i], 0, SEEK_END) == 0);
}

CASES({"low", low}, {"closed", closed})
