#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lc_order.h"

// Who starts a child comes before those who have seen its end.

void lc_child_begins(uintptr_t frame);

void lc_child_begins(uintptr_t frame) {
  if (lc_orders(frame)) lc_give(LC_CHANNEL_CHILDREN);
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
  static void *known = 0;
  pid_t (*real)(void) = (pid_t(*)(void))lc_find(&known, "vfork");
  lc_child_begins(lc_frame_address());
  __attribute__((musttail)) return real();
}
