#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lc_order.h"

// Who starts a child comes before those who have seen its end.

void lc_child_begins(uintptr_t frame);

void lc_child_begins(uintptr_t frame) {
  if (!lc_orders(frame)) return;
  lc_give(LC_CHANNEL_CHILDREN);
  // Its end may be told by a signal.
  lc_signal_is_sent(SIGCHLD, frame);
}

/// The process that has called `vfork`, from then on until its thread is seen to go on.
static __thread pid_t vfork_parent __attribute__((tls_model("initial-exec")));

bool lc_is_in_child_of_vfork(void) {
  if (__builtin_expect(vfork_parent == 0, 1)) return false;
  if (getpid() != vfork_parent) return true;
  vfork_parent = 0;
  return false;
}

static pid_t ended(pid_t child, uintptr_t frame) {
  if (child > 0 && lc_orders(frame)) lc_take(LC_CHANNEL_CHILDREN);
  return child;
}

pid_t wait(int *status) {
  LC_REAL(pid_t, wait, int *)
  return ended(real(status), lc_frame_address());
}

pid_t waitpid(pid_t child, int *status, int options) {
  LC_REAL(pid_t, waitpid, pid_t, int *, int)
  return ended(real(child, status, options), lc_frame_address());
}

pid_t wait3(int *status, int options, struct rusage *usage) {
  LC_REAL(pid_t, wait3, int *, int, struct rusage *)
  return ended(real(status, options, usage), lc_frame_address());
}

pid_t wait4(pid_t child, int *status, int options, struct rusage *usage) {
  LC_REAL(pid_t, wait4, pid_t, int *, int, struct rusage *)
  return ended(real(child, status, options, usage), lc_frame_address());
}

int waitid(idtype_t kind, id_t child, siginfo_t *about, int options) {
  LC_REAL(int, waitid, idtype_t, id_t, siginfo_t *, int)
  int result = real(kind, child, about, options);
  if (result == 0) ended(1, lc_frame_address());
  return result;
}

/// Returns twice, and so must not leave a frame: the real one is the last act.
pid_t vfork(void) {
  LC_NEXT(real, pid_t, "vfork", void)
  lc_child_begins(lc_frame_address());
  if (lc_orders(lc_frame_address())) vfork_parent = getpid();
  __attribute__((musttail)) return real();
}
