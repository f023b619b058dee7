// What a thread does is decided by an atomic without an order, which is looked at under a lock: the section that
// looks cannot come before the one that sets it. With BLIND nobody looks.
#include <atomic>
#include <mutex>
#include <thread>
#include <unistd.h>

#define UNSEEN __attribute__((noinline, no_sanitize("thread")))

static std::atomic<int> flag;
static std::mutex lock;
static int value;
static volatile int turn;

// Who comes first in this run, told in a way that is not recorded. Atomics would be, here too.
UNSEEN static void tell() { turn = 1; }
UNSEEN static void await() {
  while (turn == 0) usleep(100);
}

int main() {
  std::thread first([] {
    value = 1;
    lock.lock();
    flag.store(1, std::memory_order_relaxed);
    lock.unlock();
    tell();
  });
  std::thread second([] {
    await();
    lock.lock();
#ifdef BLIND
    bool is_set = true;
#else
    bool is_set = flag.load(std::memory_order_relaxed) == 1;
#endif
    lock.unlock();
    if (is_set) value = 2;
  });
  first.join();
  second.join();
  return value != 2;
}
