#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_interpose.h"

lc_real_functions lc_reals;
__thread int lc_tid __attribute__((tls_model("initial-exec"))) = 0;

// Stores the same values whoever comes first, so no lock is needed.
void lc_resolve_reals(void) {
#define X(result, name, parameters, arguments)                             \
  {                                                                        \
    void *found = dlsym(RTLD_NEXT, #name);                                 \
    __atomic_store_n((void **)&lc_reals.name, found, __ATOMIC_RELEASE);    \
  }
  LC_REAL_FUNCTIONS(X)
#undef X
}

static void forget_tid(void) { lc_tid = 0; }

int lc_find_tid(void) { return lc_tid = (int)syscall(SYS_gettid); }

/// Whether the thread forks in a signal handler that interrupted the recorder: then nothing is started.
static __thread bool forks_in_recorder = false;

static void note_fork(void) { forks_in_recorder = lc_self != 0 && lc_self->busy != 0; }

static void follow_into_child(void) {
  if (lc_follows_children() && !forks_in_recorder) lc_interposer_start_child();
}

__attribute__((constructor)) static void start(void) {
  lc_resolve_reals();
  pthread_atfork(0, 0, forget_tid);
  lc_interposer_start();
  // After the recorder's own: it has left the parent's recording when this one's turn comes.
  pthread_atfork(note_fork, 0, follow_into_child);
}
