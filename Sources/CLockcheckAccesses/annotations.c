#include <sched.h>
#include <stddef.h>

#include "lc_accessor.h"

// What programs and runtimes say of themselves: the interface of `sanitizer/tsan_interface.h` and the
// dynamic annotations. What is said of fibers and of what is expected has no place in a trace.

void lc_record_annotation(uintptr_t address, bool is_acquire);
void __tsan_ignore_thread_begin(void);
void __tsan_ignore_thread_end(void);
void lc_record_annotated_lock(uintptr_t address, uint32_t flags, int32_t step);

static bool is_recorded(void) { return lc_is_recording() && (lc_self == 0 || lc_self->busy == 0); }

void __tsan_acquire(void *a) {
  if (is_recorded()) lc_record_annotation((uintptr_t)a, true);
}
void __tsan_release(void *a) {
  if (is_recorded()) lc_record_annotation((uintptr_t)a, false);
}

enum { TAKEN, MISSED, GIVEN_BACK, ENDED, MADE };
// Of `sanitizer/tsan_interface.h`.
#define LC_LINKER_INITIALIZED 1u
#define LC_SHARED 8u
#define LC_TRY_FAILED 32u

static void lock_step(void *lock, unsigned flags, int32_t step) {
  if (is_recorded()) lc_record_annotated_lock((uintptr_t)lock, flags, step);
}
// What a lock does inside to be one is no business of the program's: it is told of instead.
static void begin_inside(void) { __tsan_ignore_thread_begin(); }
static void end_inside(void) { __tsan_ignore_thread_end(); }

void __tsan_mutex_create(void *lock, unsigned flags) { lock_step(lock, flags, MADE); }
void __tsan_mutex_destroy(void *lock, unsigned flags) {
  // One that static data holds may be used after its destructor, as long as the program runs.
  if (!(flags & LC_LINKER_INITIALIZED)) lock_step(lock, flags, ENDED);
}
void __tsan_mutex_pre_lock(void *lock, unsigned flags) {
  (void)lock, (void)flags;
  begin_inside();
}
void __tsan_mutex_post_lock(void *lock, unsigned flags, int recursion) {
  (void)recursion;
  end_inside();
  lock_step(lock, flags, flags & LC_TRY_FAILED ? MISSED : TAKEN);
}
int __tsan_mutex_pre_unlock(void *lock, unsigned flags) {
  lock_step(lock, flags, GIVEN_BACK);
  begin_inside();
  return 1;
}
void __tsan_mutex_post_unlock(void *lock, unsigned flags) {
  (void)lock, (void)flags;
  end_inside();
}
void __tsan_mutex_pre_signal(void *a, unsigned flags) {
  (void)a, (void)flags;
  begin_inside();
}
void __tsan_mutex_post_signal(void *a, unsigned flags) {
  (void)a, (void)flags;
  end_inside();
}
// Inside, something of the program's runs after all.
void __tsan_mutex_pre_divert(void *a, unsigned flags) {
  (void)a, (void)flags;
  end_inside();
}
void __tsan_mutex_post_divert(void *a, unsigned flags) {
  (void)a, (void)flags;
  begin_inside();
}
void __tsan_check_no_mutexes_held(void) {}

void AnnotateHappensBefore(const char *file, int line, const volatile void *a) {
  (void)file, (void)line;
  __tsan_release((void *)a);
}
void AnnotateHappensAfter(const char *file, int line, const volatile void *a) {
  (void)file, (void)line;
  __tsan_acquire((void *)a);
}
void AnnotateRWLockCreate(const char *file, int line, const volatile void *lock) {
  (void)file, (void)line;
  lock_step((void *)lock, 0, MADE);
}
void AnnotateRWLockCreateStatic(const char *file, int line, const volatile void *lock) {
  (void)file, (void)line;
  lock_step((void *)lock, LC_LINKER_INITIALIZED, MADE);
}
void AnnotateRWLockDestroy(const char *file, int line, const volatile void *lock) {
  (void)file, (void)line;
  lock_step((void *)lock, 0, ENDED);
}
void AnnotateRWLockAcquired(const char *file, int line, const volatile void *lock, long is_writer) {
  (void)file, (void)line;
  lock_step((void *)lock, is_writer ? 0 : LC_SHARED, TAKEN);
}
void AnnotateRWLockReleased(const char *file, int line, const volatile void *lock, long is_writer) {
  (void)file, (void)line;
  lock_step((void *)lock, is_writer ? 0 : LC_SHARED, GIVEN_BACK);
}
void AnnotateIgnoreReadsBegin(const char *file, int line) {
  (void)file, (void)line;
  __tsan_ignore_thread_begin();
}
void AnnotateIgnoreReadsEnd(const char *file, int line) {
  (void)file, (void)line;
  __tsan_ignore_thread_end();
}
void AnnotateIgnoreWritesBegin(const char *file, int line) {
  (void)file, (void)line;
  __tsan_ignore_thread_begin();
}
void AnnotateIgnoreWritesEnd(const char *file, int line) {
  (void)file, (void)line;
  __tsan_ignore_thread_end();
}

// Races that the program knows of: plain accesses to what it names are left out.

uint32_t lc_known_race_count = 0;
static struct {
  uintptr_t low, high;
} known_races[LC_KNOWN_RACES];

bool lc_is_known_race(uintptr_t a) {
  uint32_t count = __atomic_load_n(&lc_known_race_count, __ATOMIC_ACQUIRE);
  for (uint32_t i = 0; i < count; i++)
    if (a - known_races[i].low < known_races[i].high - known_races[i].low) return true;
  return false;
}

void AnnotateBenignRaceSized(
    const char *file, int line, const volatile void *place, size_t size, const char *why) {
  (void)file, (void)line, (void)why;
  static uint32_t next = 0;
  uint32_t at = __atomic_load_n(&next, __ATOMIC_RELAXED);
  do {
    if (at == LC_KNOWN_RACES) return;
  } while (!__atomic_compare_exchange_n(
      &next, &at, at + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  known_races[at].low = (uintptr_t)place;
  known_races[at].high = (uintptr_t)place + size;
  // One after another, so that none is looked at before it is whole.
  while (__atomic_load_n(&lc_known_race_count, __ATOMIC_ACQUIRE) != at) sched_yield();
  __atomic_store_n(&lc_known_race_count, at + 1, __ATOMIC_RELEASE);
}
void AnnotateBenignRace(const char *file, int line, const volatile void *place, const char *why) {
  AnnotateBenignRaceSized(file, line, place, sizeof(long), why);
}
void WTFAnnotateBenignRaceSized(
    const char *file, int line, const volatile void *place, size_t size, const char *why) {
  AnnotateBenignRaceSized(file, line, place, size, why);
}
