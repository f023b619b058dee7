#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "lc_interpose.h"
#include "lc_system.h"

// `syscall` stands here for the locks that the kernel keeps for a word of the program's, as Swift's `Mutex` asks for
// them where the word was not free, and for libunwind's look at memory. Everything else goes to the kernel as it is.

#if defined(__x86_64__)
static inline long ask_kernel(long number, const long *arguments) {
  register long d __asm__("r10") = arguments[3];
  register long e __asm__("r8") = arguments[4];
  register long f __asm__("r9") = arguments[5];
  long answer;
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(d),
                     "r"(e), "r"(f)
                   : "rcx", "r11", "memory");
  return answer;
}
#elif defined(__aarch64__)
static inline long ask_kernel(long number, const long *arguments) {
  register long which __asm__("x8") = number;
  register long a __asm__("x0") = arguments[0];
  register long b __asm__("x1") = arguments[1];
  register long c __asm__("x2") = arguments[2];
  register long d __asm__("x3") = arguments[3];
  register long e __asm__("x4") = arguments[4];
  register long f __asm__("x5") = arguments[5];
  __asm__ volatile("svc 0"
                   : "+r"(a)
                   : "r"(which), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f)
                   : "memory");
  return a;
}
#endif

#if defined(__x86_64__) || defined(__aarch64__)

long lc_ask_for_futex(const lc_futex_call *call) { return ask_kernel(SYS_futex, call->arguments); }

/// Which of its locks the kernel is asked for; `LC_FUTEX_OTHER` for all else that a futex can do.
static lc_futex_operation operation_of(long operation) {
  switch ((int)operation & FUTEX_CMD_MASK) {
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2: return LC_FUTEX_LOCK;
    case FUTEX_TRYLOCK_PI: return LC_FUTEX_TRYLOCK;
    case FUTEX_UNLOCK_PI: return LC_FUTEX_UNLOCK;
    default: return LC_FUTEX_OTHER;
  }
}

// The kernel reads the set before it looks at the first argument, which no signal mask operation has.
long lc_write_to_probe(const void *address) {
  long arguments[6] = {~0L, (long)address, 0, 8};
  if (ask_kernel(SYS_rt_sigprocmask, arguments) != -EFAULT) return 1;
  errno = EFAULT;
  return -1;
}

__attribute__((visibility("default"))) long syscall(
    long number, long a, long b, long c, long d, long e, long f) {
  lc_futex_call call = {.arguments = {a, b, c, d, e, f}};
  long answer;
  uintptr_t frame = lc_frame_address();
  if (__builtin_expect(number == SYS_write && a == LC_PROBE_IN, 0) &&
      lc_is_in_unwinder(lc_return_address(frame)))
    return lc_write_to_probe((const void *)b);
  if (__builtin_expect(number == SYS_futex, 0) &&
      (call.operation = operation_of(b)) != LC_FUTEX_OTHER && lc_may_record(frame)) {
    call.word = (uint32_t *)a;
    call.is_timed = d != 0;
    answer = lc_futex_lock(&call, frame);
  } else {
    answer = ask_kernel(number, call.arguments);
  }
  if ((unsigned long)answer < -4095UL) return answer;
  errno = (int)-answer;
  return -1;
}

#endif
