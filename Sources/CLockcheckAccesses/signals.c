#define _GNU_SOURCE
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "lc_order.h"

// Who sends a signal, and who says what is to be done about it, comes before the run of its handler, and before
// those who wait for it.

static bool is_ours(uintptr_t frame) { return lc_is_own_code(lc_return_address(frame)); }

/// What reads of a descriptor for signals take from.
static uint32_t descriptor_channel = LC_NO_CHANNEL;

void lc_signal_is_sent(int number, uintptr_t frame) {
  if (number < 0 || number > 64 || !lc_orders(frame)) return;
  lc_give(LC_CHANNEL_SIGNALS + (uint32_t)number);
  lc_give(__atomic_load_n(&descriptor_channel, __ATOMIC_RELAXED));
}

static void comes(int number, uintptr_t frame) {
  if (number < 1 || number > 64 || !lc_orders(frame)) return;
  lc_take(LC_CHANNEL_SIGNALS + (uint32_t)number);
  lc_take(LC_CHANNEL_SIGNALS);
}

// Handlers. The system is given a function of ours for each of the program's, which looks at the order and goes
// on as the program's in its last act: the program finds the stack as it would be without. Which stands for which
// never changes, so nobody has to wait.

typedef void (*handler)(int, siginfo_t *, void *);

#define LC_HANDLERS 256
static handler handlers[LC_HANDLERS];

#define LC_ENTRY(i)                                                    \
  static void entry_##i(int number, siginfo_t *about, void *context) { \
    comes(number, lc_frame_address());                                 \
    __attribute__((musttail)) return handlers[i](number, about, context); \
  }
#define LC_16(X, d)                                                                     \
  X(0x##d##0) X(0x##d##1) X(0x##d##2) X(0x##d##3) X(0x##d##4) X(0x##d##5) X(0x##d##6)   \
  X(0x##d##7) X(0x##d##8) X(0x##d##9) X(0x##d##A) X(0x##d##B) X(0x##d##C) X(0x##d##D)   \
  X(0x##d##E) X(0x##d##F)
#define LC_256(X)                                                                       \
  LC_16(X, 0) LC_16(X, 1) LC_16(X, 2) LC_16(X, 3) LC_16(X, 4) LC_16(X, 5) LC_16(X, 6)   \
  LC_16(X, 7) LC_16(X, 8) LC_16(X, 9) LC_16(X, A) LC_16(X, B) LC_16(X, C) LC_16(X, D)   \
  LC_16(X, E) LC_16(X, F)
LC_256(LC_ENTRY)
#define LC_ADDRESS(i) entry_##i,
static const handler entries[LC_HANDLERS] = {LC_256(LC_ADDRESS)};

/// What the system is given for a handler; itself where there are too many, and for what is none.
static handler entry_for(handler theirs) {
  if ((uintptr_t)theirs < 4096 || (handler)SIG_ERR == theirs) return theirs;
  for (int i = 0; i < LC_HANDLERS; i++) {
    handler known = 0;
    if (__atomic_compare_exchange_n(
            &handlers[i], &known, theirs, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE) ||
        known == theirs)
      return entries[i];
  }
  return theirs;
}

/// What the program gave for it.
static handler handler_of(handler entry) {
  for (int i = 0; i < LC_HANDLERS && __atomic_load_n(&handlers[i], __ATOMIC_ACQUIRE) != 0; i++)
    if (entries[i] == entry) return handlers[i];
  return entry;
}

/// Signals of crashes are left alone: what their handlers find may be broken.
static bool is_of_crash(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGSYS: return true;
    default: return false;
  }
}

/// What the system is given for the handler of a signal, which is about to be set.
static handler set_for(int number, handler theirs, uintptr_t frame) {
  if (is_ours(frame) || !lc_is_recording() || is_of_crash(number)) return theirs;
  if (!lc_is_instrumented && !lc_has_accesses) return theirs;
  lc_signal_is_sent(number, frame);
  return entry_for(theirs);
}

int sigaction(int number, const struct sigaction *new, struct sigaction *old) {
  LC_REAL(int, sigaction, int, const struct sigaction *, struct sigaction *)
  struct sigaction ours;
  if (new != 0) {
    ours = *new;
    ours.sa_sigaction = set_for(number, new->sa_sigaction, lc_frame_address());
    new = &ours;
  }
  int result = real(number, new, old);
  if (result == 0 && old != 0) old->sa_sigaction = handler_of(old->sa_sigaction);
  return result;
}

#define LC_SETS_HANDLER(name)                                                              \
  sighandler_t name(int number, sighandler_t theirs) {                                     \
    LC_REAL(sighandler_t, name, int, sighandler_t)                                         \
    handler set = set_for(number, (handler)(void *)theirs, lc_frame_address());            \
    return (sighandler_t)(void *)handler_of((handler)(void *)real(number, (sighandler_t)(void *)set)); \
  }
LC_SETS_HANDLER(signal)
LC_SETS_HANDLER(bsd_signal)
LC_SETS_HANDLER(ssignal)
LC_SETS_HANDLER(sysv_signal)
LC_SETS_HANDLER(__sysv_signal)
LC_SETS_HANDLER(sigset)

// Who sends.

#define LC_SIGNALS(name, parameters, arguments, ...) \
  int name parameters {                              \
    LC_REAL(int, name, __VA_ARGS__)                  \
    lc_signal_is_sent(number, lc_frame_address());   \
    return real arguments;                           \
  }
LC_SIGNALS(kill, (pid_t process, int number), (process, number), pid_t, int)
LC_SIGNALS(killpg, (pid_t group, int number), (group, number), pid_t, int)
LC_SIGNALS(tgkill, (pid_t process, pid_t thread, int number), (process, thread, number), pid_t, pid_t, int)
LC_SIGNALS(raise, (int number), (number), int)
LC_SIGNALS(sigqueue, (pid_t process, int number, const union sigval value), (process, number, value),
           pid_t, int, const union sigval)

// These answer with the error itself.

int pthread_kill(pthread_t thread, int number) {
  static void *known = 0;
  int (*real)(pthread_t, int) = (int (*)(pthread_t, int))lc_find(&known, "pthread_kill");
  if (real == 0) return ENOSYS;
  lc_signal_is_sent(number, lc_frame_address());
  return real(thread, number);
}

int pthread_sigqueue(pthread_t thread, int number, const union sigval value) {
  static void *known = 0;
  int (*real)(pthread_t, int, const union sigval) =
      (int (*)(pthread_t, int, const union sigval))lc_find(&known, "pthread_sigqueue");
  if (real == 0) return ENOSYS;
  lc_signal_is_sent(number, lc_frame_address());
  return real(thread, number, value);
}

// Clocks that send one later.

unsigned alarm(unsigned seconds) {
  LC_REAL(unsigned, alarm, unsigned)
  lc_signal_is_sent(SIGALRM, lc_frame_address());
  return real(seconds);
}

int setitimer(__itimer_which_t which, const struct itimerval *time, struct itimerval *old) {
  LC_REAL(int, setitimer, __itimer_which_t, const struct itimerval *, struct itimerval *)
  lc_signal_is_sent(0, lc_frame_address());
  return real(which, time, old);
}

int timer_settime(
    timer_t timer, int flags, const struct itimerspec *time, struct itimerspec *old) {
  LC_REAL(int, timer_settime, timer_t, int, const struct itimerspec *, struct itimerspec *)
  lc_signal_is_sent(0, lc_frame_address());
  return real(timer, flags, time, old);
}

// Who waits.

int sigwait(const sigset_t *set, int *number) {
  static void *known = 0;
  int (*real)(const sigset_t *, int *) = (int (*)(const sigset_t *, int *))lc_find(&known, "sigwait");
  if (real == 0) return ENOSYS;
  int result = real(set, number);
  if (result == 0) comes(*number, lc_frame_address());
  return result;
}

int sigwaitinfo(const sigset_t *set, siginfo_t *about) {
  LC_REAL(int, sigwaitinfo, const sigset_t *, siginfo_t *)
  int number = real(set, about);
  comes(number, lc_frame_address());
  return number;
}

int sigtimedwait(const sigset_t *set, siginfo_t *about, const struct timespec *time) {
  LC_REAL(int, sigtimedwait, const sigset_t *, siginfo_t *, const struct timespec *)
  int number = real(set, about, time);
  comes(number, lc_frame_address());
  return number;
}

int signalfd(int fd, const sigset_t *set, int flags) {
  LC_REAL(int, signalfd, int, const sigset_t *, int)
  int made = real(fd, set, flags);
  if (made >= 0 && lc_is_recording())
    __atomic_store_n(&descriptor_channel, lc_channel_of(made), __ATOMIC_RELAXED);
  return made;
}
