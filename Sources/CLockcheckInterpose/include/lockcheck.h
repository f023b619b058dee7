#ifndef LOCKCHECK_H
#define LOCKCHECK_H

// What a lock, a queue or a thread library of your own can tell lockcheck about itself, so that it is seen like
// those of the C library. Works in C and C++, and needs nothing but this file: without lockcheck's library in
// the process every function here does nothing.
//
// An object is named by its address and known from the first function that names it; tell where it ends, so
// that another one at the same address is another object. What could block is told twice: `_pending` before,
// where the thread has to wait, and the plain function afterwards. Tell of an acquire once the lock is
// yours, and of a release, a notify, a put or a set before it can be seen by others.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lockcheck_kind {
  LOCKCHECK_LOCK = 1,
  LOCKCHECK_RECURSIVE_LOCK = 2,
  LOCKCHECK_RWLOCK = 3,
  LOCKCHECK_SEMAPHORE = 4,
  LOCKCHECK_CONDITION = 5,
  LOCKCHECK_EVENT = 6,
  LOCKCHECK_BARRIER = 7,
  LOCKCHECK_QUEUE = 8,
  LOCKCHECK_VARIABLE = 9,
} lockcheck_kind;

typedef enum lockcheck_operation {
  LOCKCHECK_ACQUIRE = 0,
  LOCKCHECK_RELEASE = 1,
  LOCKCHECK_WAIT = 2,
  LOCKCHECK_NOTIFY = 3,
  LOCKCHECK_SET = 4,
  LOCKCHECK_CLEAR = 5,
  LOCKCHECK_PUT = 6,
  LOCKCHECK_GET = 7,
  LOCKCHECK_TASK_DONE = 8,
  LOCKCHECK_QUEUE_JOIN = 9,
  LOCKCHECK_CLOSE = 10,
  LOCKCHECK_READ = 11,
  LOCKCHECK_WRITE = 12,
  LOCKCHECK_ATOMIC_READ = 13,
  LOCKCHECK_ATOMIC_WRITE = 14,
  LOCKCHECK_ATOMIC_UPDATE = 15,
  LOCKCHECK_BEGIN = 20,
  LOCKCHECK_END = 21,
} lockcheck_operation;

/// How a lock is held.
typedef enum lockcheck_mode { LOCKCHECK_EXCLUSIVE = 0, LOCKCHECK_SHARED = 1 } lockcheck_mode;

/// Whether it could block for ever, returns at once, or gives up after a while.
typedef enum lockcheck_attempt {
  LOCKCHECK_BLOCKING = 0,
  LOCKCHECK_TRY = 1,
  LOCKCHECK_TIMED = 2,
} lockcheck_attempt;

/// What came of it. `PENDING`: the thread is only about to wait.
typedef enum lockcheck_result {
  LOCKCHECK_DONE = 0,
  LOCKCHECK_TIMEOUT = 1,
  LOCKCHECK_FAILED = 2,
  LOCKCHECK_ERROR = 3,
  LOCKCHECK_PENDING = 4,
} lockcheck_result;

/// No count, item, size or bound is told.
#define LOCKCHECK_NONE UINT64_MAX

/// One event. What does not apply is 0, and `argument` `LOCKCHECK_NONE`.
typedef struct lockcheck_event {
  lockcheck_operation operation;
  lockcheck_kind kind;
  lockcheck_mode mode;
  lockcheck_attempt attempt;
  lockcheck_result result;
  /// The object; null for blocks.
  const void *object;
  /// The lock of a condition, and whether the caller holds it.
  const void *lock;
  lockcheck_kind lock_kind;
  /// The count of a semaphore or a notify, the item of a queue, the bytes of a variable.
  uint64_t argument;
} lockcheck_event;

#define LOCKCHECK_WEAK __attribute__((weak))

LOCKCHECK_WEAK void lockcheck_record(const lockcheck_event *event);
/// A new object at this address, with the permits of a semaphore, the capacity of a queue (0: no limit) or
/// the parties of a barrier. `name` may be null: then it is called by the place where it was made.
LOCKCHECK_WEAK void lockcheck_declare(
    const void *object, lockcheck_kind kind, const char *name, uint64_t size);
LOCKCHECK_WEAK void lockcheck_forget(const void *object);
/// A thread that is about to be made by the calling one; what is returned is passed to it and to whoever
/// joins it. Not for threads made by `pthread_create`, which are known.
LOCKCHECK_WEAK void *lockcheck_make_thread(const char *name);
LOCKCHECK_WEAK void lockcheck_enter_thread(void *thread);
LOCKCHECK_WEAK void lockcheck_leave_thread(void *thread);
LOCKCHECK_WEAK void lockcheck_join_thread(
    void *thread, lockcheck_attempt attempt, lockcheck_result result);

#define LOCKCHECK_INLINE static inline __attribute__((always_inline, unused))

LOCKCHECK_INLINE void lockcheck_tell(
    lockcheck_operation operation, lockcheck_kind kind, lockcheck_mode mode,
    lockcheck_attempt attempt, lockcheck_result result, const void *object, uint64_t argument) {
  if (!lockcheck_record) return;
  lockcheck_event event = {operation, kind, mode, attempt, result, object, 0, LOCKCHECK_LOCK, argument};
  lockcheck_record(&event);
}

/// A lock was declared, or a semaphore with its permits.
LOCKCHECK_INLINE void lockcheck_create(
    const void *object, lockcheck_kind kind, const char *name, uint64_t size) {
  if (lockcheck_declare) lockcheck_declare(object, kind, name, size);
}
LOCKCHECK_INLINE void lockcheck_destroy(const void *object) {
  if (lockcheck_forget) lockcheck_forget(object);
}

// Locks and semaphores.
LOCKCHECK_INLINE void lockcheck_acquire_pending(
    const void *object, lockcheck_kind kind, lockcheck_mode mode, lockcheck_attempt attempt) {
  lockcheck_tell(
      LOCKCHECK_ACQUIRE, kind, mode, attempt, LOCKCHECK_PENDING, object, LOCKCHECK_NONE);
}
LOCKCHECK_INLINE void lockcheck_acquire(
    const void *object, lockcheck_kind kind, lockcheck_mode mode, lockcheck_attempt attempt,
    lockcheck_result result) {
  lockcheck_tell(LOCKCHECK_ACQUIRE, kind, mode, attempt, result, object, LOCKCHECK_NONE);
}
LOCKCHECK_INLINE void lockcheck_release(
    const void *object, lockcheck_kind kind, lockcheck_mode mode) {
  lockcheck_tell(
      LOCKCHECK_RELEASE, kind, mode, LOCKCHECK_BLOCKING, LOCKCHECK_DONE, object, LOCKCHECK_NONE);
}

// Conditions: `lock` is held when a wait begins, given up while it lasts, and held when it has ended.
LOCKCHECK_INLINE void lockcheck_wait(
    const void *condition, const void *lock, lockcheck_kind lock_kind, lockcheck_attempt attempt,
    lockcheck_result result) {
  if (!lockcheck_record) return;
  lockcheck_event event = {LOCKCHECK_WAIT, LOCKCHECK_CONDITION, LOCKCHECK_EXCLUSIVE, attempt,
                           result, condition, lock, lock_kind, LOCKCHECK_NONE};
  lockcheck_record(&event);
}
/// Wakes `count` threads that wait, or all.
LOCKCHECK_INLINE void lockcheck_notify(const void *condition, uint64_t count) {
  lockcheck_tell(
      LOCKCHECK_NOTIFY, LOCKCHECK_CONDITION, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING,
      LOCKCHECK_DONE, condition, count);
}

// Events and barriers.
LOCKCHECK_INLINE void lockcheck_set(const void *event) {
  lockcheck_tell(
      LOCKCHECK_SET, LOCKCHECK_EVENT, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING, LOCKCHECK_DONE,
      event, LOCKCHECK_NONE);
}
LOCKCHECK_INLINE void lockcheck_clear(const void *event) {
  lockcheck_tell(
      LOCKCHECK_CLEAR, LOCKCHECK_EVENT, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING, LOCKCHECK_DONE,
      event, LOCKCHECK_NONE);
}
/// A wait for an event to be set, or at a barrier; told `LOCKCHECK_PENDING` on arrival.
LOCKCHECK_INLINE void lockcheck_wait_for(
    const void *object, lockcheck_kind kind, lockcheck_attempt attempt, lockcheck_result result) {
  lockcheck_tell(
      LOCKCHECK_WAIT, kind, LOCKCHECK_EXCLUSIVE, attempt, result, object, LOCKCHECK_NONE);
}

// Queues: `item` is a number that pairs one put with its get.
LOCKCHECK_INLINE void lockcheck_put(
    const void *queue, uint64_t item, lockcheck_attempt attempt, lockcheck_result result) {
  lockcheck_tell(
      LOCKCHECK_PUT, LOCKCHECK_QUEUE, LOCKCHECK_EXCLUSIVE, attempt, result, queue, item);
}
LOCKCHECK_INLINE void lockcheck_get(
    const void *queue, uint64_t item, lockcheck_attempt attempt, lockcheck_result result) {
  lockcheck_tell(
      LOCKCHECK_GET, LOCKCHECK_QUEUE, LOCKCHECK_EXCLUSIVE, attempt, result, queue, item);
}

// Memory.
LOCKCHECK_INLINE void lockcheck_read(const void *address, size_t size) {
  lockcheck_tell(
      LOCKCHECK_READ, LOCKCHECK_VARIABLE, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING,
      LOCKCHECK_DONE, address, size);
}
LOCKCHECK_INLINE void lockcheck_write(const void *address, size_t size) {
  lockcheck_tell(
      LOCKCHECK_WRITE, LOCKCHECK_VARIABLE, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING,
      LOCKCHECK_DONE, address, size);
}

// A block that is meant to be atomic.
LOCKCHECK_INLINE void lockcheck_begin(void) {
  lockcheck_tell(
      LOCKCHECK_BEGIN, (lockcheck_kind)0, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING,
      LOCKCHECK_DONE, 0, LOCKCHECK_NONE);
}
LOCKCHECK_INLINE void lockcheck_end(void) {
  lockcheck_tell(
      LOCKCHECK_END, (lockcheck_kind)0, LOCKCHECK_EXCLUSIVE, LOCKCHECK_BLOCKING, LOCKCHECK_DONE,
      0, LOCKCHECK_NONE);
}

// Threads that are made in another way than by `pthread_create`.
LOCKCHECK_INLINE void *lockcheck_fork(const char *name) {
  return lockcheck_make_thread ? lockcheck_make_thread(name) : 0;
}
LOCKCHECK_INLINE void lockcheck_start(void *thread) {
  if (lockcheck_enter_thread) lockcheck_enter_thread(thread);
}
LOCKCHECK_INLINE void lockcheck_exit(void *thread) {
  if (lockcheck_leave_thread) lockcheck_leave_thread(thread);
}
/// After a join that is done the thread may not be named again.
LOCKCHECK_INLINE void lockcheck_join(
    void *thread, lockcheck_attempt attempt, lockcheck_result result) {
  if (lockcheck_join_thread) lockcheck_join_thread(thread, attempt, result);
}

#ifdef __cplusplus
}
#endif

#endif
