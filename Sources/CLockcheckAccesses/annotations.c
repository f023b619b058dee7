#include <stddef.h>

#include "lc_accessor.h"

// What programs and runtimes say of themselves: the interface of `sanitizer/tsan_interface.h` and the
// dynamic annotations. What is said of fibers and of what is expected has no place in a trace.

void lc_record_annotation(uintptr_t address, bool is_acquire);
void lc_record_annotated_lock(uintptr_t address, uint32_t flags, int32_t step);

static bool is_recorded(void) { return lc_is_recording() && (lc_self == 0 || lc_self->busy == 0); }

void __tsan_acquire(void *a) {
  if (is_recorded()) lc_record_annotation((uintptr_t)a, true);
}
void __tsan_release(void *a) {
  if (is_recorded()) lc_record_annotation((uintptr_t)a, false);
}

enum { TAKEN, MISSED, GIVEN_BACK, ENDED };
#define LC_SHARED 8u
#define LC_TRY_FAILED 32u

static void lock_step(void *lock, unsigned flags, int32_t step) {
  if (is_recorded()) lc_record_annotated_lock((uintptr_t)lock, flags, step);
}
void __tsan_mutex_create(void *lock, unsigned flags) { (void)lock, (void)flags; }
void __tsan_mutex_destroy(void *lock, unsigned flags) { lock_step(lock, flags, ENDED); }
void __tsan_mutex_pre_lock(void *lock, unsigned flags) { (void)lock, (void)flags; }
void __tsan_mutex_post_lock(void *lock, unsigned flags, int recursion) {
  (void)recursion;
  lock_step(lock, flags, flags & LC_TRY_FAILED ? MISSED : TAKEN);
}
int __tsan_mutex_pre_unlock(void *lock, unsigned flags) {
  lock_step(lock, flags, GIVEN_BACK);
  return 1;
}
void __tsan_mutex_post_unlock(void *lock, unsigned flags) { (void)lock, (void)flags; }
void __tsan_mutex_pre_signal(void *a, unsigned flags) { (void)a, (void)flags; }
void __tsan_mutex_post_signal(void *a, unsigned flags) { (void)a, (void)flags; }
void __tsan_mutex_pre_divert(void *a, unsigned flags) { (void)a, (void)flags; }
void __tsan_mutex_post_divert(void *a, unsigned flags) { (void)a, (void)flags; }
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
  (void)file, (void)line, (void)lock;
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
void __tsan_ignore_thread_begin(void);
void __tsan_ignore_thread_end(void);
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
