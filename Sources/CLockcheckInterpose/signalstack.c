#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "lc_interpose.h"
#include "lc_memory.h"
#include "lc_newborn.h"

// Stacks for signal handlers are often of 8 KB, the least that the system asks for. What a handler does is recorded
// on the same stack; so where the program gives a small one, the system gets a larger one of ours in its place.
// When the program asks, it is told of its own.

#define LC_SMALL_SIGNAL_STACK ((size_t)64 << 10)
#define LC_SIGNAL_STACK ((size_t)192 << 10)
/// How many of them a thread gets.
#define LC_SIGNAL_STACKS 16
/// Below each, a page that nobody may touch: who goes too deep finds that out, as on most stacks.
#define LC_GUARD ((size_t)64 << 10)

typedef struct own_stack {
  /// What the program has given.
  stack_t theirs;
  /// What the system has; null as long as that is the program's.
  char *ours;
  /// How many stacks of ours the thread has had.
  unsigned count;
} own_stack;
static __thread own_stack own __attribute__((tls_model("initial-exec")));

/// Stacks of threads that have ended, each with a pointer to the next in its first bytes. Nobody waits for them:
/// who finds another one here does without.
static char *unused = 0;
static uint32_t is_held = 0;

static char *reused(void) {
  if (__atomic_exchange_n(&is_held, 1, __ATOMIC_ACQUIRE) != 0) return 0;
  char *stack = unused;
  if (stack != 0) unused = *(char **)stack;
  __atomic_store_n(&is_held, 0, __ATOMIC_RELEASE);
  return stack;
}

static char *room(void) {
  char *stack = reused();
  if (stack != 0) return stack;
  char *low = mmap(0, LC_GUARD + LC_SIGNAL_STACK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (low == MAP_FAILED) return 0;
  if (mprotect(low + LC_GUARD, LC_SIGNAL_STACK, PROT_READ | PROT_WRITE) == 0) return low + LC_GUARD;
  lc_real_munmap(low, LC_GUARD + LC_SIGNAL_STACK);
  return 0;
}

static int (*real_sigaltstack(void))(const stack_t *, stack_t *) {
  static void *known = 0;
  void *found = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (found == 0) {
    found = dlsym(RTLD_NEXT, "sigaltstack");
    __atomic_store_n(&known, found, __ATOMIC_RELAXED);
  }
  return (int (*)(const stack_t *, stack_t *))found;
}

/// After the system has taken the program's. Each of the program's has one of its own: coroutines are made by
/// handlers that are left, and whose frames stay. Who makes many of them keeps what it gave.
static void put_ours(const stack_t *theirs) {
  if (own.ours == 0 || own.theirs.ss_sp != theirs->ss_sp) {
    if (own.count == LC_SIGNAL_STACKS) return;
    own.count++;
    own.ours = room();
  }
  own.theirs = *theirs;
  stack_t ours = {.ss_sp = own.ours, .ss_flags = theirs->ss_flags, .ss_size = LC_SIGNAL_STACK};
  if (own.ours != 0) real_sigaltstack()(&ours, 0);
}

static int change(const stack_t *new, stack_t *old) {
  stack_t before, wanted;
  if (new != 0) wanted = *new;
  int result = real_sigaltstack()(new, &before);
  if (result != 0) return result;
  if (own.ours != 0 && before.ss_sp == own.ours) {
    before.ss_sp = own.theirs.ss_sp;
    before.ss_size = own.theirs.ss_size;
  }
  if (old != 0) *old = before;
  if (new == 0 || wanted.ss_flags & SS_DISABLE || wanted.ss_size >= LC_SMALL_SIGNAL_STACK) return 0;
  if (lc_is_recording()) put_ours(&wanted);
  return 0;
}

int sigaltstack(const stack_t *new, stack_t *old) {
  if (real_sigaltstack() == 0) return errno = ENOSYS, -1;
  int kept = errno;
  // No handler is to find one half done.
  uint64_t signals = lc_block_signals();
  int result = change(new, old);
  int error = errno;
  lc_set_signals(signals);
  errno = result == 0 ? kept : error;
  return result;
}

void lc_signal_stack_ends(void) {
  if (own.ours == 0) return;
  stack_t none = {.ss_flags = SS_DISABLE}, now;
  if (real_sigaltstack()(0, &now) != 0 || now.ss_flags & SS_ONSTACK) return;
  if (now.ss_sp == own.ours && real_sigaltstack()(&none, 0) != 0) return;
  if (lc_memory_ends != 0) lc_memory_ends((uintptr_t)own.ours, LC_SIGNAL_STACK, 0);
  char *stack = own.ours;
  own.ours = 0;
  if (__atomic_exchange_n(&is_held, 1, __ATOMIC_ACQUIRE) != 0) {
    lc_real_munmap(stack - LC_GUARD, LC_GUARD + LC_SIGNAL_STACK);
    return;
  }
  *(char **)stack = unused;
  unused = stack;
  __atomic_store_n(&is_held, 0, __ATOMIC_RELEASE);
}
