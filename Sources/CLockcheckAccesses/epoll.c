#define _GNU_SOURCE
#include <sys/epoll.h>

#include "lc_order.h"

// What `epoll` tells of, has happened: to know it by what the program wants to be told, the channel of each
// descriptor is kept beside that.

#define LC_SETS 16384
#define LC_WAYS 8

/// A hash of descriptor of `epoll` and the program's data, over 13 bits that are one more than the channel.
static uint64_t registered[LC_SETS][LC_WAYS];
#define LC_CHANNEL_BITS 13
#define LC_CHANNEL_MASK (((uint64_t)1 << LC_CHANNEL_BITS) - 1)

static uint64_t key_of(int epoll, uint64_t data) {
  return lc_mixed(lc_mixed(0x9E3779B97F4A7C15u, (uint64_t)epoll), data);
}

static void keep(int epoll, uint64_t data, uint32_t channel) {
  uint64_t key = key_of(epoll, data);
  uint64_t *set = registered[key % LC_SETS];
  uint64_t entry = (key & ~LC_CHANNEL_MASK) | (channel + 1);
  for (int i = 0; i < LC_WAYS; i++) {
    uint64_t free = 0;
    if (__atomic_load_n(&set[i], __ATOMIC_ACQUIRE) == entry) return;
    if (__atomic_compare_exchange_n(&set[i], &free, entry, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
      return;
  }
  // Where all are taken, most are of descriptors that are closed by now.
  static uint32_t next = 0;
  uint32_t at = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % LC_WAYS;
  __atomic_store_n(&set[at], entry, __ATOMIC_RELEASE);
}

static void take_told(int epoll, uint64_t data) {
  uint64_t key = key_of(epoll, data);
  uint64_t *set = registered[key % LC_SETS];
  for (int i = 0; i < LC_WAYS; i++) {
    uint64_t entry = __atomic_load_n(&set[i], __ATOMIC_ACQUIRE);
    if (entry != 0 && (entry & ~LC_CHANNEL_MASK) == (key & ~LC_CHANNEL_MASK))
      lc_take((uint32_t)(entry & LC_CHANNEL_MASK) - 1);
  }
}

int epoll_ctl(int fd, int operation, int what, struct epoll_event *event) {
  LC_REAL(int, epoll_ctl, int, int, int, struct epoll_event *)
  uintptr_t frame = lc_frame_address();
  if (lc_orders(frame)) {
    uint32_t channel = operation == EPOLL_CTL_DEL || event == 0 ? LC_NO_CHANNEL : lc_channel_of(what);
    if (channel != LC_NO_CHANNEL) keep(fd, event->data.u64, channel);
    lc_give(lc_channel_of(fd));
  }
  return real(fd, operation, what, event);
}

static int told(int fd, const struct epoll_event *events, int got, uintptr_t frame) {
  if (got < 0 || !lc_orders(frame)) return got;
  lc_take(lc_channel_of(fd));
  for (int i = 0; i < got; i++) take_told(fd, events[i].data.u64);
  return got;
}

int epoll_wait(int fd, struct epoll_event *events, int count, int time) {
  LC_REAL(int, epoll_wait, int, struct epoll_event *, int, int)
  return told(fd, events, real(fd, events, count, time), lc_frame_address());
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int time, const sigset_t *mask) {
  LC_REAL(int, epoll_pwait, int, struct epoll_event *, int, int, const sigset_t *)
  return told(fd, events, real(fd, events, count, time, mask), lc_frame_address());
}

int epoll_pwait2(
    int fd, struct epoll_event *events, int count, const struct timespec *time,
    const sigset_t *mask) {
  LC_REAL(int, epoll_pwait2, int, struct epoll_event *, int, const struct timespec *, const sigset_t *)
  return told(fd, events, real(fd, events, count, time, mask), lc_frame_address());
}
