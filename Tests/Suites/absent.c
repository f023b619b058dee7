// Annotations that a program compiled without instrumentation calls in vain.
#include <stddef.h>
#define ABSENT(name) __attribute__((weak)) void name(void) {}
#define ABSENT_ADDRESS(name) __attribute__((weak)) void *name(void *address) { return address; }
ABSENT(AnnotateRWLockCreate) ABSENT(AnnotateRWLockCreateStatic) ABSENT(AnnotateRWLockDestroy)
ABSENT(AnnotateRWLockAcquired) ABSENT(AnnotateRWLockReleased)
ABSENT(AnnotateIgnoreReadsBegin) ABSENT(AnnotateIgnoreReadsEnd)
ABSENT(AnnotateIgnoreWritesBegin) ABSENT(AnnotateIgnoreWritesEnd)
ABSENT(AnnotateIgnoreSyncBegin) ABSENT(AnnotateIgnoreSyncEnd)
ABSENT(AnnotateHappensBefore) ABSENT(AnnotateHappensAfter)
ABSENT(AnnotateBenignRaceSized) ABSENT(AnnotateBenignRace) ABSENT(WTFAnnotateBenignRaceSized)
ABSENT(AnnotateMutexIsNotPHB) ABSENT(AnnotateMutexIsUsedAsCondVar) ABSENT(AnnotateThreadName)
ABSENT(__tsan_mutex_create) ABSENT(__tsan_mutex_destroy)
ABSENT(__tsan_mutex_pre_lock) ABSENT(__tsan_mutex_post_lock) ABSENT(__tsan_mutex_pre_signal) ABSENT(__tsan_mutex_post_signal)
ABSENT(__tsan_mutex_pre_divert) ABSENT(__tsan_mutex_post_divert)
__attribute__((weak)) int __tsan_mutex_pre_unlock(void *m, unsigned f) { return 0; }
ABSENT(__tsan_acquire) ABSENT(__tsan_release)
