// Threads exchange a word from 0 for their numbers, as a lock of one word does, and what they claim is no lock: a
// leader, a slot that another takes back, and with `both` two words in opposite orders, where who fails goes on.
// With `race` they write what only the leader may.
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

static std::atomic<int> leader, slot, done, first, second;
static int count;

static bool claim(std::atomic<int> &word, std::memory_order order) {
  int free = 0;
  return word.compare_exchange_strong(free, gettid(), order);
}

static void claimBoth(std::atomic<int> &one, std::atomic<int> &other) {
  if (!claim(one, std::memory_order_acquire)) return;
  if (claim(other, std::memory_order_acquire)) {
    count++;
    other.store(0, std::memory_order_release);
  }
  one.store(0, std::memory_order_release);
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "both") == 0) {
    std::thread one([] { claimBoth(first, second); });
    std::thread other([] {
      usleep(20000);
      claimBoth(second, first);
    });
    one.join();
    other.join();
    return 0;
  }
  if (strcmp(mode, "slot") == 0) {
    std::thread owner([] {
      claim(slot, std::memory_order_acq_rel);
      count = 1;
      done = 1;
      while (slot.load(std::memory_order_acquire) != 0) std::this_thread::yield();
      count = 3;
    });
    while (!done) std::this_thread::yield();
    count = 2;
    slot.store(0, std::memory_order_release);
    owner.join();
    return 0;
  }
  bool races = strcmp(mode, "race") == 0;
  auto elect = [races] {
    bool leads = claim(leader, std::memory_order_acq_rel);
    if (leads || races) count++;
  };
  std::thread one(elect), other(elect), third(elect);
  one.join();
  other.join();
  third.join();
}
