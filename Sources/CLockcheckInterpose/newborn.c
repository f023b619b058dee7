#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_newborn.h"

// The C library's own signals, by which it cancels threads and changes users, are left alone.
#define LC_OF_LIBRARY ((uint64_t)3 << 31)

uint64_t lc_block_signals(void) {
  uint64_t all = ~LC_OF_LIBRARY, before = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, sizeof all);
  return before;
}

void lc_set_signals(uint64_t blocked) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, 0, sizeof blocked);
}

extern int pthread_attr_getsigmask_np(const pthread_attr_t *, sigset_t *) __attribute__((weak));

uint64_t lc_signals_of(const pthread_attr_t *attributes, uint64_t inherited) {
  sigset_t own;
  // 0: it says something of signals.
  if (attributes == 0 || pthread_attr_getsigmask_np == 0) return inherited;
  if (pthread_attr_getsigmask_np(attributes, &own) != 0) return inherited;
  memcpy(&inherited, &own, sizeof inherited);
  return inherited;
}

#define LC_SMALL_STACK ((size_t)256 << 10)
#define LC_OWN_STACK ((size_t)128 << 10)

const pthread_attr_t *lc_with_room(const pthread_attr_t *attributes, pthread_attr_t *room) {
  void *low = 0;
  size_t size = 0;
  if (attributes == 0 || pthread_attr_getstack(attributes, &low, &size) != 0) return attributes;
  // A size of 0 is the default; a stack that the program brought along ends at an address. As numbers: the end of a
  // stack that nobody brought along is 0, which no pointer comes to by addition.
  if (size == 0 || size >= LC_SMALL_STACK || (uintptr_t)low + size != 0) return attributes;
  *room = *attributes;
  return pthread_attr_setstacksize(room, size + LC_OWN_STACK) == 0 ? room : attributes;
}
