#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>

#include "lc_interpose.h"

// What becomes of a recording where the program forks.

typedef void (*fork_handler)(void);

/// What `pthread_atfork` calls, which is a part of the program or library that it is called in.
///
/// A handler may wait for a thread that is about to be recorded: the recorder, which holds its lock across the
/// fork, takes it after all others, and gives it back before them. So its handlers are the first to be known, also
/// where a library's constructor runs before this one's.
int __register_atfork(fork_handler prepare, fork_handler parent, fork_handler child, void *module) {
  static int (*real)(fork_handler, fork_handler, fork_handler, void *) = 0;
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, "__register_atfork");
  lc_prepare_for_forks();
  return real(prepare, parent, child, module);
}

/// Whether the thread forks in a signal handler that interrupted the recorder: then nothing is started.
static __thread bool forks_in_recorder = false;

static void note_fork(void) {
  forks_in_recorder = lc_self != 0 && lc_self->busy != 0;
  lc_note_child(lc_frame_address());
}

static void follow_into_child(void) {
  if (!lc_follows_children() || forks_in_recorder) return;
  lc_interposer_start_child();
  lc_note_own_thread();
}

// After the recorder's own: it has left the parent's recording when this one's turn comes.
void lc_follow_forks(void) { pthread_atfork(note_fork, 0, follow_into_child); }
