#define _GNU_SOURCE
#include <mqueue.h>
#include <stdarg.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "lc_order.h"

// Message queues and semaphores of System V, by their identifier, and POSIX's queues, which are descriptors.

enum { OF_QUEUE = 0x1A, OF_SEMAPHORES = 0x1B };

static void note(uint32_t kind, int identifier, bool is_taking, uintptr_t frame) {
  if (!lc_orders(frame)) return;
  uint32_t channel = lc_channel(kind, (uint64_t)(uint32_t)identifier);
  if (is_taking)
    lc_take(channel);
  else
    lc_give(channel);
}

int msgsnd(int queue, const void *message, size_t size, int flags) {
  LC_REAL(int, msgsnd, int, const void *, size_t, int)
  note(OF_QUEUE, queue, false, lc_frame_address());
  return real(queue, message, size, flags);
}

ssize_t msgrcv(int queue, void *message, size_t size, long type, int flags) {
  LC_REAL(ssize_t, msgrcv, int, void *, size_t, long, int)
  ssize_t got = real(queue, message, size, type, flags);
  if (got >= 0) note(OF_QUEUE, queue, true, lc_frame_address());
  return got;
}

/// Whoever waits for 0, or for more, may go on by any change.
static int changed(int set, int result, uintptr_t frame) {
  if (result == 0) note(OF_SEMAPHORES, set, true, frame);
  return result;
}

int semop(int set, struct sembuf *steps, size_t count) {
  LC_REAL(int, semop, int, struct sembuf *, size_t)
  note(OF_SEMAPHORES, set, false, lc_frame_address());
  return changed(set, real(set, steps, count), lc_frame_address());
}

int semtimedop(int set, struct sembuf *steps, size_t count, const struct timespec *time) {
  LC_REAL(int, semtimedop, int, struct sembuf *, size_t, const struct timespec *)
  note(OF_SEMAPHORES, set, false, lc_frame_address());
  return changed(set, real(set, steps, count, time), lc_frame_address());
}

int semctl(int set, int number, int command, ...) {
  LC_REAL(int, semctl, int, int, int, unsigned long)
  va_list rest;
  va_start(rest, command);
  unsigned long argument = va_arg(rest, unsigned long);
  va_end(rest);
  note(OF_SEMAPHORES, set, false, lc_frame_address());
  return real(set, number, command, argument);
}

// The system sends a signal when a queue gets its first message, if somebody wants it to.
static uint8_t notifies = 0;

int mq_notify(mqd_t fd, const struct sigevent *how) {
  LC_REAL(int, mq_notify, mqd_t, const struct sigevent *)
  __atomic_store_n(&notifies, 1, __ATOMIC_RELAXED);
  return real(fd, how);
}

static void sends(mqd_t fd, uintptr_t frame) {
  lc_note_descriptor(fd, false, frame);
  if (__atomic_load_n(&notifies, __ATOMIC_RELAXED)) lc_signal_is_sent(0, frame);
}

int mq_send(mqd_t fd, const char *from, size_t size, unsigned priority) {
  LC_REAL(int, mq_send, mqd_t, const char *, size_t, unsigned)
  sends(fd, lc_frame_address());
  return real(fd, from, size, priority);
}

int mq_timedsend(
    mqd_t fd, const char *from, size_t size, unsigned priority, const struct timespec *time) {
  LC_REAL(int, mq_timedsend, mqd_t, const char *, size_t, unsigned, const struct timespec *)
  sends(fd, lc_frame_address());
  return real(fd, from, size, priority, time);
}

LC_RECEIVES(ssize_t, mq_receive, (mqd_t fd, char *to, size_t size, unsigned *priority),
            (fd, to, size, priority), mqd_t, char *, size_t, unsigned *)
LC_RECEIVES(ssize_t, mq_timedreceive,
            (mqd_t fd, char *to, size_t size, unsigned *priority, const struct timespec *time),
            (fd, to, size, priority, time), mqd_t, char *, size_t, unsigned *, const struct timespec *)
