#define _GNU_SOURCE
#include "lc_stack.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_system.h"

extern void *__libc_stack_end __attribute__((weak));

/// Whether eight bytes can be read. The kernel reads the set before it looks at the first argument,
/// which no signal mask operation has: EFAULT or EINVAL, and nothing changes.
static bool is_readable(uintptr_t address) {
  int kept = errno;
  long result = syscall(SYS_rt_sigprocmask, ~0, address, (void *)0, (size_t)8);
  bool readable = result == 0 || errno != EFAULT;
  errno = kept;
  return readable;
}

// The extent is not asked of pthread_getattr_np, which allocates and so may not be called in a signal
// handler that interrupted malloc. The upper end is known: a thread's control block lies above its
// stack, in the same mapping. From there down to the frame every page is tried once; deeper frames
// are tried when they are first met.
bool lc_stack_extend(lc_thread *thread, uintptr_t frame) {
  uintptr_t page = lc_page_size();
  uintptr_t high = thread->stack_high;
  if (high == 0) {
    if (lc_is_main_thread())
      high = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
    else
      high = (uintptr_t)pthread_self();
    high &= ~(uintptr_t)7;
  }
  if (high == 0 || frame >= high || high - frame > ((uintptr_t)1 << 28)) return false;
  uintptr_t low = frame & ~(page - 1);
  uintptr_t known = thread->stack_low != 0 ? thread->stack_low : high;
  // A jump over more pages than a deep recursion makes between two events is another stack.
  if (known - low > 4096 * page) return false;
  for (uintptr_t at = low; at < known; at += page)
    if (!is_readable(at)) return false;
  thread->stack_high = high;
  thread->stack_low = low;
  return true;
}

void lc_remember_in(
    lc_thread *thread, lc_remembered *table, uint32_t session, uintptr_t frame, size_t count,
    uint32_t number) {
  if (count == 0 || count > LC_REMEMBERED_DEPTH) return;
  // Another stack than the thread's own may be gone the next time.
  if (!lc_is_on_stack(thread, frame)) return;
  lc_remembered *slot = lc_remembered_slot(thread, table, frame);
  uintptr_t high = thread->stack_high - 2 * sizeof(uintptr_t);
  for (size_t i = 0; i < count; i++) {
    slot->frames[i] = frame;
    slot->addresses[i] = thread->addresses[i];
    uintptr_t next = lc_frame_link(frame);
    slot->has_terminator = next > frame && next <= high && (next & 7) == 0 &&
                           lc_return_address(next) < 4096;
    frame = next;
  }
  slot->frames[count] = frame;
  slot->count = (uint32_t)count;
  slot->number = number;
  slot->session = session;
}

// Where the unwinder found the return addresses it does not say. Between the places of two neighbours no
// other word of the stack has the outer one's value, or that word is as good a witness: it was left there by
// the same call.
void lc_remember_unwound(
    lc_thread *thread, uint32_t session, uintptr_t frame, size_t count, uint32_t number) {
  if (count == 0 || count > LC_REMEMBERED_DEPTH) return;
  if (!lc_is_on_stack(thread, frame) && !lc_stack_extend(thread, frame)) return;
  lc_remembered *slot = lc_unwound_set(thread, frame);
  if (slot->session == session)
    memmove(slot + 1, slot, (LC_UNWOUND_WAYS - 1) * sizeof *slot);
  slot->session = 0;
  uintptr_t high = thread->stack_high - 2 * sizeof(uintptr_t);
  for (size_t i = 0; i < count; i++) {
    while (frame <= high && lc_return_address(frame) != thread->addresses[i])
      frame += sizeof(uintptr_t);
    if (frame > high) return;
    slot->frames[i] = frame;
    slot->addresses[i] = thread->addresses[i];
    frame += sizeof(uintptr_t);
  }
  slot->count = (uint32_t)count;
  slot->number = number;
  slot->session = session;
}

size_t lc_walk_carefully(uintptr_t frame, uintptr_t *addresses, size_t limit, uint64_t *hash) {
  size_t count = 0;
  while (count < limit && (frame & 7) == 0) {
    if (!is_readable(frame) || !is_readable(frame + sizeof(uintptr_t))) break;
    uintptr_t *pair = (uintptr_t *)frame;
    uintptr_t next = pair[0] & ~((uintptr_t)1 << 60);
    if (pair[1] < 4096) break;
    addresses[count++] = pair[1];
    if (next <= frame) break;
    frame = next;
  }
  *hash = lc_hash_addresses(addresses, count);
  return count;
}
