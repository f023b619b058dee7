#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lc_order.h"
#include "lc_system.h"

// What one thread sends comes before what another does that receives it: through pipes, sockets, files and
// the system's counters.
//
// A channel is told by the system's number of the pipe or file, and a connected socket by its two addresses.

void lc_note_received(int fd);

static uint64_t address_hash(const struct sockaddr_storage *of) {
  if (of->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)of;
    return lc_mixed(lc_mixed(AF_INET, in->sin_addr.s_addr), in->sin_port);
  }
  const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)of;
  uint64_t halves[2];
  memcpy(halves, &in->sin6_addr, sizeof halves);
  return lc_mixed(lc_mixed(lc_mixed(AF_INET6, halves[0]), halves[1]), in->sin6_port);
}

/// The same from both ends of a connection. What is not connected, or has no addresses, is one channel.
static uint64_t socket_hash(int fd) {
  struct sockaddr_storage own, other;
  socklen_t size = sizeof own;
  if (getsockname(fd, (struct sockaddr *)&own, &size) != 0) return 0;
  if (own.ss_family != AF_INET && own.ss_family != AF_INET6) return 0;
  size = sizeof other;
  if (getpeername(fd, (struct sockaddr *)&other, &size) != 0) return 0;
  return address_hash(&own) + address_hash(&other);
}

uint32_t lc_channel_of(int fd) {
  int kept = errno;
  struct stat about;
  uint32_t channel = LC_NO_CHANNEL;
  if (fstat(fd, &about) == 0) {
    uint64_t hash = S_ISSOCK(about.st_mode) ? socket_hash(fd) : lc_mixed(about.st_dev, about.st_ino);
    channel = hash % LC_HASHED_CHANNELS;
  }
  errno = kept;
  return channel;
}

/// As the end of a `read`, of what somebody else has read for the calling thread.
void lc_note_received(int fd) {
  if (!lc_has_accesses || !lc_is_recording() || (lc_self != 0 && lc_self->busy != 0)) return;
  lc_take(lc_channel_of(fd));
}

ssize_t write(int fd, const void *from, size_t size) {
  if (__builtin_expect(fd == LC_PROBE_IN, 0) &&
      lc_is_in_unwinder(lc_return_address(lc_frame_address())))
    return lc_write_to_probe(from);
  LC_REAL(ssize_t, write, int, const void *, size_t)
  if (__builtin_expect(!lc_has_accesses, 1)) return real(fd, from, size);
  lc_library_touches(from, size, false, lc_frame_address());
  lc_descriptor_used(fd, lc_frame_address());
  lc_note_descriptor(fd, false, lc_frame_address());
  return real(fd, from, size);
}
LC_SENDS(ssize_t, writev, (int fd, const struct iovec *from, int count), (fd, from, count), int,
         const struct iovec *, int)
LC_SENDS_BYTES(from, size, ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at), int,
         const void *, size_t, off_t)
LC_SENDS_BYTES(from, size, ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at), int,
         const void *, size_t, off64_t)
LC_SENDS(ssize_t, pwritev, (int fd, const struct iovec *from, int count, off_t at),
         (fd, from, count, at), int, const struct iovec *, int, off_t)
LC_SENDS(ssize_t, pwritev64, (int fd, const struct iovec *from, int count, off64_t at),
         (fd, from, count, at), int, const struct iovec *, int, off64_t)
LC_SENDS(ssize_t, pwritev2, (int fd, const struct iovec *from, int count, off_t at, int flags),
         (fd, from, count, at, flags), int, const struct iovec *, int, off_t, int)
LC_SENDS(ssize_t, pwritev64v2, (int fd, const struct iovec *from, int count, off64_t at, int flags),
         (fd, from, count, at, flags), int, const struct iovec *, int, off64_t, int)
LC_SENDS_BYTES(from, size, ssize_t, send, (int fd, const void *from, size_t size, int flags), (fd, from, size, flags), int,
         const void *, size_t, int)
LC_SENDS_BYTES(from, size, ssize_t, sendto,
         (int fd, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t length),
         (fd, from, size, flags, to, length), int, const void *, size_t, int, const struct sockaddr *,
         socklen_t)
LC_SENDS(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), int,
         const struct msghdr *, int)
LC_SENDS(int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags),
         (fd, messages, count, flags), int, struct mmsghdr *, unsigned, int)
LC_SENDS(ssize_t, vmsplice, (int fd, const struct iovec *from, size_t count, unsigned flags),
         (fd, from, count, flags), int, const struct iovec *, size_t, unsigned)
LC_SENDS(int, eventfd_write, (int fd, eventfd_t value), (fd, value), int, eventfd_t)
LC_SENDS(int, timerfd_settime,
         (int fd, int flags, const struct itimerspec *time, struct itimerspec *old),
         (fd, flags, time, old), int, int, const struct itimerspec *, struct itimerspec *)

LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, read, (int fd, void *to, size_t size), (fd, to, size), int, void *, size_t)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, __read_chk, (int fd, void *to, size_t size, size_t room), (fd, to, size, room), int,
            void *, size_t, size_t)
LC_RECEIVES(ssize_t, readv, (int fd, const struct iovec *to, int count), (fd, to, count), int,
            const struct iovec *, int)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, pread, (int fd, void *to, size_t size, off_t at), (fd, to, size, at), int, void *,
            size_t, off_t)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, pread64, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at), int, void *,
            size_t, off64_t)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, __pread_chk, (int fd, void *to, size_t size, off_t at, size_t room),
            (fd, to, size, at, room), int, void *, size_t, off_t, size_t)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, __pread64_chk, (int fd, void *to, size_t size, off64_t at, size_t room),
            (fd, to, size, at, room), int, void *, size_t, off64_t, size_t)
LC_RECEIVES(ssize_t, preadv, (int fd, const struct iovec *to, int count, off_t at), (fd, to, count, at),
            int, const struct iovec *, int, off_t)
LC_RECEIVES(ssize_t, preadv64, (int fd, const struct iovec *to, int count, off64_t at),
            (fd, to, count, at), int, const struct iovec *, int, off64_t)
LC_RECEIVES(ssize_t, preadv2, (int fd, const struct iovec *to, int count, off_t at, int flags),
            (fd, to, count, at, flags), int, const struct iovec *, int, off_t, int)
LC_RECEIVES(ssize_t, preadv64v2, (int fd, const struct iovec *to, int count, off64_t at, int flags),
            (fd, to, count, at, flags), int, const struct iovec *, int, off64_t, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, recv, (int fd, void *to, size_t size, int flags), (fd, to, size, flags), int, void *,
            size_t, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, __recv_chk, (int fd, void *to, size_t size, size_t room, int flags),
            (fd, to, size, room, flags), int, void *, size_t, size_t, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, recvfrom,
            (int fd, void *to, size_t size, int flags, struct sockaddr *from, socklen_t *length),
            (fd, to, size, flags, from, length), int, void *, size_t, int, struct sockaddr *, socklen_t *)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, __recvfrom_chk,
            (int fd, void *to, size_t size, size_t room, int flags, struct sockaddr *from,
             socklen_t *length),
            (fd, to, size, room, flags, from, length), int, void *, size_t, size_t, int,
            struct sockaddr *, socklen_t *)
LC_RECEIVES(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags), int,
            struct msghdr *, int)
LC_RECEIVES(int, recvmmsg,
            (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *time),
            (fd, messages, count, flags, time), int, struct mmsghdr *, unsigned, int, struct timespec *)
LC_RECEIVES(int, eventfd_read, (int fd, eventfd_t *value), (fd, value), int, eventfd_t *)

// From one descriptor into another: what came in goes out again, before it is known whose it was.

static void moves(int from, int to, uintptr_t frame) {
  if (!lc_orders(frame)) return;
  uint32_t source = lc_channel_of(from), target = lc_channel_of(to);
  lc_pass_on(source, target);
  lc_give(target);
}

#define LC_MOVES(result, name, parameters, arguments, ...) \
  result name parameters {                                 \
    LC_REAL(result, name, __VA_ARGS__)                     \
    moves(from, to, lc_frame_address());                   \
    result got = real arguments;                           \
    if (got >= 0) lc_note_descriptor(from, true, lc_frame_address()); \
    return got;                                            \
  }

LC_MOVES(ssize_t, splice,
         (int from, off64_t *at, int to, off64_t *end, size_t size, unsigned flags),
         (from, at, to, end, size, flags), int, off64_t *, int, off64_t *, size_t, unsigned)
LC_MOVES(ssize_t, tee, (int from, int to, size_t size, unsigned flags), (from, to, size, flags), int, int,
         size_t, unsigned)
LC_MOVES(ssize_t, sendfile, (int to, int from, off_t *at, size_t size), (to, from, at, size), int, int,
         off_t *, size_t)
LC_MOVES(ssize_t, sendfile64, (int to, int from, off64_t *at, size_t size), (to, from, at, size), int, int,
         off64_t *, size_t)
LC_MOVES(ssize_t, copy_file_range,
         (int from, off64_t *at, int to, off64_t *end, size_t size, unsigned flags),
         (from, at, to, end, size, flags), int, off64_t *, int, off64_t *, size_t, unsigned)

// An end that is closed is seen by the other.

int close(int fd) {
  LC_REAL(int, close, int)
  lc_descriptor_ends(fd, lc_frame_address());
  lc_note_descriptor(fd, false, lc_frame_address());
  lc_descriptor_changes(fd);
  return real(fd);
}
LC_SENDS(int, shutdown, (int fd, int how), (fd, how), int, int)

// Locks of files: who gives one back comes before those who take it.

int flock(int fd, int operation) {
  LC_REAL(int, flock, int, int)
  bool gives_back = (operation & ~LOCK_NB) == LOCK_UN;
  if (gives_back) lc_note_descriptor(fd, false, lc_frame_address());
  int result = real(fd, operation);
  if (result == 0 && !gives_back) lc_note_descriptor(fd, true, lc_frame_address());
  return result;
}

#define LC_LOCKS_FILE(name, offset)                                                   \
  int name(int fd, int operation, offset length) {                                    \
    LC_REAL(int, name, int, int, offset)                                              \
    if (operation == F_ULOCK) lc_note_descriptor(fd, false, lc_frame_address());      \
    int result = real(fd, operation, length);                                         \
    if (result == 0 && operation != F_ULOCK) lc_note_descriptor(fd, true, lc_frame_address()); \
    return result;                                                                    \
  }
LC_LOCKS_FILE(lockf, off_t)
LC_LOCKS_FILE(lockf64, off64_t)

static void replaces(int old, int new, uintptr_t frame) {
  lc_descriptor_used(old, frame);
  if (old == new) return;
  lc_descriptor_used(new, frame);
  lc_note_descriptor(new, false, frame);
  lc_descriptor_changes(new);
}

int dup2(int old, int new) {
  LC_REAL(int, dup2, int, int)
  replaces(old, new, lc_frame_address());
  return lc_descriptor_replaced(old, new, real(old, new), lc_frame_address());
}

int dup3(int old, int new, int flags) {
  LC_REAL(int, dup3, int, int, int)
  replaces(old, new, lc_frame_address());
  return lc_descriptor_replaced(old, new, real(old, new, flags), lc_frame_address());
}

static int polled(const struct pollfd *these, nfds_t count, int got, uintptr_t frame) {
  for (nfds_t i = 0; got > 0 && i < count; i++)
    if (these[i].fd >= 0 && these[i].revents != 0) lc_note_descriptor(these[i].fd, true, frame);
  return got;
}

int poll(struct pollfd *these, nfds_t count, int time) {
  LC_REAL(int, poll, struct pollfd *, nfds_t, int)
  return polled(these, count, real(these, count, time), lc_frame_address());
}

int __poll_chk(struct pollfd *these, nfds_t count, int time, size_t room) {
  LC_REAL(int, __poll_chk, struct pollfd *, nfds_t, int, size_t)
  return polled(these, count, real(these, count, time, room), lc_frame_address());
}

int ppoll(struct pollfd *these, nfds_t count, const struct timespec *time, const sigset_t *mask) {
  LC_REAL(int, ppoll, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)
  return polled(these, count, real(these, count, time, mask), lc_frame_address());
}

int __ppoll_chk(
    struct pollfd *these, nfds_t count, const struct timespec *time, const sigset_t *mask,
    size_t room) {
  LC_REAL(int, __ppoll_chk, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t)
  return polled(these, count, real(these, count, time, mask, room), lc_frame_address());
}

static int selected(int limit, const fd_set *set, int got, uintptr_t frame) {
  if (!lc_orders(frame)) return got;
  for (int fd = 0; got > 0 && set != 0 && fd < limit; fd++)
    if (set->fds_bits[fd / (8 * sizeof *set->fds_bits)] >> (fd % (8 * sizeof *set->fds_bits)) & 1)
      lc_note_descriptor(fd, true, frame);
  return got;
}

int select(int limit, fd_set *readable, fd_set *writable, fd_set *odd, struct timeval *time) {
  LC_REAL(int, select, int, fd_set *, fd_set *, fd_set *, struct timeval *)
  int got = real(limit, readable, writable, odd, time);
  return selected(limit, readable, got, lc_frame_address());
}

int pselect(
    int limit, fd_set *readable, fd_set *writable, fd_set *odd, const struct timespec *time,
    const sigset_t *mask) {
  LC_REAL(int, pselect, int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *)
  int got = real(limit, readable, writable, odd, time, mask);
  return selected(limit, readable, got, lc_frame_address());
}

// Who connects has done so before the other end goes on, which is told by the same two addresses.

int connect(int fd, const struct sockaddr *to, socklen_t length) {
  LC_REAL(int, connect, int, const struct sockaddr *, socklen_t)
  // There is no telling yet which connection it will be: what was done before is given to all.
  if (lc_orders(lc_frame_address())) lc_give(LC_CHANNEL_CONNECTIONS);
  return real(fd, to, length);
}

static int accepted(int fd, uintptr_t frame) {
  if (fd >= 0 && lc_orders(frame)) lc_take(LC_CHANNEL_CONNECTIONS);
  return fd;
}

int accept(int fd, struct sockaddr *from, socklen_t *length) {
  LC_REAL(int, accept, int, struct sockaddr *, socklen_t *)
  return accepted(real(fd, from, length), lc_frame_address());
}

int accept4(int fd, struct sockaddr *from, socklen_t *length, int flags) {
  LC_REAL(int, accept4, int, struct sockaddr *, socklen_t *, int)
  return accepted(real(fd, from, length, flags), lc_frame_address());
}
