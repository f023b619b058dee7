#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lc_accessor.h"
#include "lc_descriptors.h"
#include "lc_interpose.h"

// What one thread sends comes before what another does that receives it: through pipes, sockets, files and
// the system's counters. Only looked at where accesses are recorded, since only these depend on it.
//
// A channel is told by the system's number of the pipe or file, and a connected socket by its two addresses.
// Channels share places: too much order can hide a race, too little would make one up.

void lc_record_annotation(uintptr_t address, bool is_acquire);
void lc_note_received(int fd);

#define LC_CHANNELS 4096
static uint64_t channels[LC_CHANNELS];

static uint64_t mixed(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0xFF51AFD7ED558CCDu;
  return hash ^ hash >> 32;
}

static uint64_t address_hash(const struct sockaddr_storage *of) {
  if (of->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)of;
    return mixed(mixed(AF_INET, in->sin_addr.s_addr), in->sin_port);
  }
  const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)of;
  uint64_t halves[2];
  memcpy(halves, &in->sin6_addr, sizeof halves);
  return mixed(mixed(mixed(AF_INET6, halves[0]), halves[1]), in->sin6_port);
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

static uintptr_t channel_of(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) return 0;
  uint64_t hash = S_ISSOCK(about.st_mode) ? socket_hash(fd) : mixed(about.st_dev, about.st_ino);
  return (uintptr_t)&channels[hash % LC_CHANNELS];
}

static void note(int fd, bool is_acquire, uintptr_t frame) {
  if (!lc_has_accesses || !lc_may_record(frame)) return;
  int kept = errno;
  uintptr_t channel = channel_of(fd);
  if (channel != 0) lc_record_annotation(channel, is_acquire);
  errno = kept;
}

static uint64_t closed[LC_CHANNELS];

/// What was done before the end that reads was closed, for those who find that there is nobody left to write to.
static void note_closed(int fd, bool is_acquire, uintptr_t frame) {
  if (!lc_has_accesses || !lc_may_record(frame)) return;
  int kept = errno;
  uintptr_t channel = channel_of(fd);
  if (channel != 0) lc_record_annotation((uintptr_t)&closed[(uint64_t *)channel - channels], is_acquire);
  errno = kept;
}

/// As the end of a `read`, of what somebody else has read for the calling thread.
void lc_note_received(int fd) {
  if (!lc_has_accesses || !lc_is_recording() || (lc_self != 0 && lc_self->busy != 0)) return;
  int kept = errno;
  uintptr_t channel = channel_of(fd);
  if (channel != 0) lc_record_annotation(channel, true);
  errno = kept;
}

static inline __attribute__((always_inline)) void *find(void **known, const char *name) {
  if (*known == 0) *known = dlsym(RTLD_NEXT, name);
  return *known;
}

#define LC_REAL(result, name, ...)  \
  static void *known = 0;           \
  result (*real)(__VA_ARGS__) = (result(*)(__VA_ARGS__))find(&known, #name); \
  if (real == 0) return errno = ENOSYS, (result)-1;

#define LC_SENDS(result, name, parameters, arguments, ...) \
  LC_SENDS_BYTES(0, 0, result, name, parameters, arguments, __VA_ARGS__)
#define LC_SENDS_BYTES(bytes, size, result, name, parameters, arguments, ...) \
  result name parameters {                                                    \
    LC_REAL(result, name, __VA_ARGS__)                                        \
    lc_library_touches(bytes, size, false, lc_frame_address());               \
    lc_descriptor_used(fd, lc_frame_address());                               \
    note(fd, false, lc_frame_address());                                      \
    result sent = real arguments;                                             \
    if (sent < 0 && errno == EPIPE) note_closed(fd, true, lc_frame_address()); \
    return sent;                                                              \
  }

#define LC_RECEIVES(result, name, parameters, arguments, ...) \
  LC_RECEIVES_BYTES(0, 0, result, name, parameters, arguments, __VA_ARGS__)
#define LC_RECEIVES_BYTES(bytes, size, result, name, parameters, arguments, ...) \
  result name parameters {                                                       \
    LC_REAL(result, name, __VA_ARGS__)                                           \
    lc_descriptor_used(fd, lc_frame_address());                                  \
    result got = real arguments;                                                 \
    if (got < 0) return got;                                                     \
    note(fd, true, lc_frame_address());                                          \
    lc_library_touches(bytes, size, true, lc_frame_address());                   \
    return got;                                                                  \
  }

LC_SENDS_BYTES(from, size, ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size), int, const void *,
         size_t)
LC_SENDS(ssize_t, writev, (int fd, const struct iovec *from, int count), (fd, from, count), int,
         const struct iovec *, int)
LC_SENDS_BYTES(from, size, ssize_t, send, (int fd, const void *from, size_t size, int flags), (fd, from, size, flags), int,
         const void *, size_t, int)
LC_SENDS_BYTES(from, size, ssize_t, sendto,
         (int fd, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t length),
         (fd, from, size, flags, to, length), int, const void *, size_t, int, const struct sockaddr *,
         socklen_t)
LC_SENDS(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), int,
         const struct msghdr *, int)
LC_SENDS(int, eventfd_write, (int fd, eventfd_t value), (fd, value), int, eventfd_t)
LC_SENDS(int, epoll_ctl, (int fd, int operation, int what, struct epoll_event *event),
         (fd, operation, what, event), int, int, int, struct epoll_event *)

LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, read, (int fd, void *to, size_t size), (fd, to, size), int, void *, size_t)
LC_RECEIVES_BYTES(to, (size_t)got, ssize_t, __read_chk, (int fd, void *to, size_t size, size_t room), (fd, to, size, room), int,
            void *, size_t, size_t)
LC_RECEIVES(ssize_t, readv, (int fd, const struct iovec *to, int count), (fd, to, count), int,
            const struct iovec *, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, recv, (int fd, void *to, size_t size, int flags), (fd, to, size, flags), int, void *,
            size_t, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, __recv_chk, (int fd, void *to, size_t size, size_t room, int flags),
            (fd, to, size, room, flags), int, void *, size_t, size_t, int)
LC_RECEIVES_BYTES(to, (size_t)got < size ? (size_t)got : size, ssize_t, recvfrom,
            (int fd, void *to, size_t size, int flags, struct sockaddr *from, socklen_t *length),
            (fd, to, size, flags, from, length), int, void *, size_t, int, struct sockaddr *, socklen_t *)
LC_RECEIVES(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags), int,
            struct msghdr *, int)
LC_RECEIVES(int, eventfd_read, (int fd, eventfd_t *value), (fd, value), int, eventfd_t *)
LC_RECEIVES(int, epoll_wait, (int fd, struct epoll_event *events, int count, int time),
            (fd, events, count, time), int, struct epoll_event *, int, int)
LC_RECEIVES(int, epoll_pwait,
            (int fd, struct epoll_event *events, int count, int time, const sigset_t *mask),
            (fd, events, count, time, mask), int, struct epoll_event *, int, int, const sigset_t *)

// An end that is closed is seen by the other.
int close(int fd) {
  LC_REAL(int, close, int)
  lc_descriptor_ends(fd, lc_frame_address());
  // That of the end that only reads tells nobody of what was done, but for those who then cannot write.
  if (lc_has_accesses && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
    note_closed(fd, false, lc_frame_address());
  else
    note(fd, false, lc_frame_address());
  return real(fd);
}
LC_SENDS(int, shutdown, (int fd, int how), (fd, how), int, int)

static int polled(const struct pollfd *these, nfds_t count, int got, uintptr_t frame) {
  for (nfds_t i = 0; got > 0 && i < count; i++)
    if (these[i].fd >= 0 && these[i].revents != 0) {
      note(these[i].fd, true, frame);
      if (these[i].revents & POLLERR) note_closed(these[i].fd, true, frame);
    }
  return got;
}

int poll(struct pollfd *these, nfds_t count, int time) {
  LC_REAL(int, poll, struct pollfd *, nfds_t, int)
  return polled(these, count, real(these, count, time), lc_frame_address());
}

int ppoll(struct pollfd *these, nfds_t count, const struct timespec *time, const sigset_t *mask) {
  LC_REAL(int, ppoll, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)
  return polled(these, count, real(these, count, time, mask), lc_frame_address());
}

int select(int limit, fd_set *readable, fd_set *writable, fd_set *odd, struct timeval *time) {
  LC_REAL(int, select, int, fd_set *, fd_set *, fd_set *, struct timeval *)
  int got = real(limit, readable, writable, odd, time);
  for (int fd = 0; got > 0 && readable != 0 && fd < limit; fd++)
    if (FD_ISSET(fd, readable)) note(fd, true, lc_frame_address());
  return got;
}

// Who connects has done so before the other end goes on, which is told by the same two addresses.

int connect(int fd, const struct sockaddr *to, socklen_t length) {
  LC_REAL(int, connect, int, const struct sockaddr *, socklen_t)
  // There is no telling yet which connection it will be: what was done before is given to all.
  if (lc_has_accesses && lc_may_record(lc_frame_address())) {
    int kept = errno;
    lc_record_annotation((uintptr_t)&channels[0], false);
    errno = kept;
  }
  return real(fd, to, length);
}

static int accepted(int fd, uintptr_t frame) {
  if (fd >= 0 && lc_has_accesses && lc_may_record(frame)) {
    int kept = errno;
    lc_record_annotation((uintptr_t)&channels[0], true);
    errno = kept;
  }
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
