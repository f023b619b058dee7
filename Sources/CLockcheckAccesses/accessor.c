#define _GNU_SOURCE
#include "lc_accessor.h"

#include <pthread.h>
#include <string.h>

#include "lc_interpose.h"
#include "lc_system.h"

__thread lc_accessor *lc_own_accessor __attribute__((tls_model("initial-exec"))) = 0;

uint8_t lc_has_accesses = 0;

static lc_accessor *unused = 0;
static pthread_key_t key;
static uint32_t has_key = 0;

/// Runs among the last of the thread's destructors, which may still access memory.
static void give_back(void *argument) {
  static __thread uint32_t rounds __attribute__((tls_model("initial-exec"))) = 0;
  lc_accessor *self = argument;
  if (++rounds < 3) {
    pthread_setspecific(key, self);
    return;
  }
  lc_thread *thread = lc_self;
  bool is_entered = thread != 0 && lc_enter(thread);
  lc_lock();
  lc_own_accessor = 0;
  self->next = unused;
  unused = self;
  lc_unlock();
  if (is_entered) lc_leave(thread);
}

/// The stack of a new thread may be that of one that has ended.
static void end_stack_before(void) {
  if (lc_is_main_thread()) return;
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), high = (uintptr_t)pthread_self();
  if (here < high && high - here < 1 << 26) lc_words_end(here - (1 << 18), high, 0, 0, false);
}

lc_accessor *lc_accessor_make(void) {
  lc_thread *thread = lc_self != 0 ? lc_self : lc_attach();
  if (thread == 0 || !lc_is_recording() || !lc_enter(thread)) return 0;
  lc_lock();
  if (!has_key) has_key = pthread_key_create(&key, give_back) == 0;
  if (!lc_has_accesses) {
    lc_watch_memory();
    lc_has_accesses = 1;
  }
  lc_accessor *self = unused;
  if (self != 0) unused = self->next;
  lc_unlock();
  if (self != 0)
    memset(self, 0, offsetof(lc_accessor, calls));
  else
    self = lc_map_memory(sizeof *self);
  if (self != 0) {
    end_stack_before();
    self->thread = thread;
    lc_own_accessor = self;
    if (has_key) pthread_setspecific(key, self);
  }
  lc_leave(thread);
  return self;
}

uintptr_t lc_outermost_frame(void) {
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  while (lc_is_own_code(lc_return_address(frame)) && lc_frame_link(frame) > frame)
    frame = lc_frame_link(frame);
  return frame;
}

static void forget(uintptr_t address, uint64_t bytes) {
  lc_accessor *self = lc_own_accessor;
  if (self == 0) return;
  for (; bytes != 0; bytes &= bytes - 1)
    *lc_filter_place(self, address + (unsigned)__builtin_ctzll(bytes)) = 0;
}

void lc_memory_forget(uintptr_t low, uintptr_t high, bool is_block, bool is_freed) {
  uint64_t key = lc_self == 0 ? 0 : lc_recent_key(lc_self->number, lc_self->epoch);
  if (is_block && lc_block_end(low, key, forget, is_freed) != 0) return;
  lc_words_end(low, high, key, forget, is_freed);
}
