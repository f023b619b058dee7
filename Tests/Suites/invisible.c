// What ThreadSanitizer's test programs ask of its runtime and is not Lockcheck's to give: barriers that no
// tool sees, so that an order can be forced without saying so. `futex` only: nothing here may be a lock.
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// The barrier is 64 bits: how many threads meet above, how many have come below.
void __tsan_testonly_barrier_init(uint64_t *barrier, unsigned count) {
  *barrier = (uint64_t)count << 32;
}

void __tsan_testonly_barrier_wait(uint64_t *barrier) {
  uint32_t *come = (uint32_t *)barrier;
  uint32_t count = (uint32_t)(*(volatile uint64_t *)barrier >> 32);
  uint32_t mine = __atomic_fetch_add(come, 1, __ATOMIC_SEQ_CST);
  uint32_t end = (mine / count + 1) * count;
  if (mine + 1 == end) {
    syscall(SYS_futex, come, FUTEX_WAKE, 1 << 30, 0, 0, 0);
    return;
  }
  for (;;) {
    uint32_t now = __atomic_load_n(come, __ATOMIC_SEQ_CST);
    if ((int32_t)(now - end) >= 0) return;
    syscall(SYS_futex, come, FUTEX_WAIT, now, 0, 0, 0);
  }
}
