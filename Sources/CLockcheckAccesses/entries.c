#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "lc_accessor.h"

// The functions that compilers call for plain accesses. What was recorded in the same epoch already costs
// a load and a comparison; the rest goes on in `record.c`.

#define LC_CALLER ((uintptr_t)__builtin_return_address(0))
#define LC_INLINE static inline __attribute__((always_inline))

LC_INLINE void touch(uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  lc_accessor *self = lc_own_accessor;
  if (__builtin_expect(self != 0, 1)) {
    // Also once the thread has been given up: then it has another epoch, and nothing is known.
    uint64_t wanted = lc_filter_entry(self->thread->epoch, a, power, writes);
    if (lc_filter_tells(*lc_filter_place(self, a), wanted, power, writes)) return;
  }
  lc_access(a, power, writes, pc);
}

LC_INLINE void update(uintptr_t a, unsigned power, uintptr_t pc) {
  touch(a, power, false, pc);
  touch(a, power, true, pc);
}

// Bytes in whole words, the ends in what is left.
static void touch_range(uintptr_t a, size_t size, bool writes, uintptr_t pc) {
  uintptr_t end = a + size;
  while (a < end && (a & 7) != 0) {
    uintptr_t next = (a & ~(uintptr_t)7) + 8 < end ? (a & ~(uintptr_t)7) + 8 : end;
    // From an odd place on, the largest piece that is aligned.
    unsigned power = __builtin_ctzl(a);
    while (a + (1u << power) > next) power--;
    touch(a, power, writes, pc);
    a += 1u << power;
  }
  for (; end - a >= 8; a += 8) touch(a, 3, writes, pc);
  for (unsigned power = 3; power-- > 0;)
    if (end - a >= 1u << power) {
      touch(a, power, writes, pc);
      a += 1u << power;
    }
}

#define LC_ACCESS(size, power)                                                                 \
  void __tsan_read##size(void *a) { touch((uintptr_t)a, power, false, LC_CALLER); }            \
  void __tsan_write##size(void *a) { touch((uintptr_t)a, power, true, LC_CALLER); }            \
  void __tsan_read_write##size(void *a) { update((uintptr_t)a, power, LC_CALLER); }            \
  void __tsan_read##size##_pc(void *a, void *pc) { touch((uintptr_t)a, power, false, (uintptr_t)pc); } \
  void __tsan_write##size##_pc(void *a, void *pc) { touch((uintptr_t)a, power, true, (uintptr_t)pc); } \
  void __tsan_read_write##size##_pc(void *a, void *pc) { update((uintptr_t)a, power, (uintptr_t)pc); } \
  void __tsan_volatile_read##size(void *a) { touch((uintptr_t)a, power, false, LC_CALLER); }   \
  void __tsan_volatile_write##size(void *a) { touch((uintptr_t)a, power, true, LC_CALLER); }

LC_ACCESS(1, 0)
LC_ACCESS(2, 1)
LC_ACCESS(4, 2)
LC_ACCESS(8, 3)
LC_ACCESS(16, 4)

LC_INLINE void touch_unaligned(uintptr_t a, size_t size, bool writes, uintptr_t pc) {
  touch_range(a, size, writes, pc);
}

#define LC_UNALIGNED(size)                                                                     \
  void __tsan_unaligned_read##size(void *a) {                                                  \
    touch_unaligned((uintptr_t)a, size, false, LC_CALLER);                                     \
  }                                                                                            \
  void __tsan_unaligned_write##size(void *a) {                                                 \
    touch_unaligned((uintptr_t)a, size, true, LC_CALLER);                                      \
  }                                                                                            \
  void __tsan_unaligned_read_write##size(void *a) {                                            \
    touch_unaligned((uintptr_t)a, size, false, LC_CALLER);                                     \
    touch_unaligned((uintptr_t)a, size, true, LC_CALLER);                                      \
  }                                                                                            \
  void __tsan_unaligned_volatile_read##size(void *a) {                                         \
    touch_unaligned((uintptr_t)a, size, false, LC_CALLER);                                     \
  }                                                                                            \
  void __tsan_unaligned_volatile_write##size(void *a) {                                        \
    touch_unaligned((uintptr_t)a, size, true, LC_CALLER);                                      \
  }

LC_UNALIGNED(2)
LC_UNALIGNED(4)
LC_UNALIGNED(8)
LC_UNALIGNED(16)

void __tsan_read_range(void *a, size_t size) { touch_range((uintptr_t)a, size, false, LC_CALLER); }
void __tsan_write_range(void *a, size_t size) { touch_range((uintptr_t)a, size, true, LC_CALLER); }
void __tsan_read_range_pc(void *a, size_t size, void *pc) {
  touch_range((uintptr_t)a, size, false, (uintptr_t)pc);
}
void __tsan_write_range_pc(void *a, size_t size, void *pc) {
  touch_range((uintptr_t)a, size, true, (uintptr_t)pc);
}

// A constructor or destructor sets the table of virtual functions; where it is the same as before,
// nothing changes for anybody.
void __tsan_vptr_update(void **place, void *value) {
  if (*place != value) touch((uintptr_t)place, 3, true, LC_CALLER);
}
void __tsan_vptr_read(void **place) { touch((uintptr_t)place, 3, false, LC_CALLER); }

void *__tsan_memcpy(void *to, const void *from, size_t size) {
  touch_range((uintptr_t)from, size, false, LC_CALLER);
  touch_range((uintptr_t)to, size, true, LC_CALLER);
  return memcpy(to, from, size);
}
void *__tsan_memmove(void *to, const void *from, size_t size) {
  touch_range((uintptr_t)from, size, false, LC_CALLER);
  touch_range((uintptr_t)to, size, true, LC_CALLER);
  return memmove(to, from, size);
}
void *__tsan_memset(void *to, int value, size_t size) {
  touch_range((uintptr_t)to, size, true, LC_CALLER);
  return memset(to, value, size);
}

// What Swift passes on as `inout`, to code that may not be instrumented: only its address is known.
void *__tsan_external_register_tag(const char *type) { return (void *)type; }
void __tsan_external_register_header(void *tag, const char *header) { (void)tag, (void)header; }
void __tsan_external_assign_tag(void *a, void *tag) { (void)a, (void)tag; }
void __tsan_external_read(void *a, void *pc, void *tag) {
  (void)tag;
  touch((uintptr_t)a, LC_SOMETHING, false, pc != 0 ? (uintptr_t)pc : LC_CALLER);
}
void __tsan_external_write(void *a, void *pc, void *tag) {
  (void)tag;
  touch((uintptr_t)a, LC_SOMETHING, true, pc != 0 ? (uintptr_t)pc : LC_CALLER);
}

// The shadow stack. A frame that was left without a word, by `longjmp` say, lies deeper than whoever
// calls next: so every call knows how deep it lies.

void __tsan_func_entry(void *pc) {
  lc_accessor *self = lc_own_accessor;
  if (__builtin_expect(self == 0, 0) && (self = lc_accessor_make()) == 0) return;
  uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
  uint32_t depth = self->depth;
  if (__builtin_expect(depth >= LC_CALLS, 0)) {
    self->depth = depth + 1;
    return;
  }
  while (depth > 0 && self->calls[depth - 1].sp <= sp) depth--;
  uint64_t outer = depth == 0 ? 0x1F83D9ABFB41BD6Bu : self->calls[depth - 1].hash;
  self->calls[depth] = (lc_call){(uintptr_t)pc, sp, lc_call_hash(outer, (uintptr_t)pc)};
  self->depth = depth + 1;
}

void __tsan_func_exit(void) {
  lc_accessor *self = lc_own_accessor;
  if (__builtin_expect(self == 0 || self->depth == 0, 0)) return;
  uint32_t depth = self->depth;
  uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
  while (depth > 1 && depth <= LC_CALLS && self->calls[depth - 1].sp < sp) depth--;
  self->depth = depth - 1;
}

void __tsan_ignore_thread_begin(void) {
  lc_accessor *self = lc_own_accessor != 0 ? lc_own_accessor : lc_accessor_make();
  if (self != 0) self->ignored++;
}
void __tsan_ignore_thread_end(void) {
  lc_accessor *self = lc_own_accessor;
  if (self != 0 && self->ignored > 0) self->ignored--;
}

uint8_t lc_is_instrumented = 0;

void __tsan_init(void) {
  lc_is_instrumented = 1;
  // Swift's runtime asks to be told that somebody listens: its tasks and actors then say what comes
  // before what.
  void (*begins)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "__tsan_on_initialize");
  if (begins != 0) begins();
}
void __tsan_flush_memory(void) {}
