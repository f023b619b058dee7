// A value is handed over by a flag. The flag's writes and reads have no order with RELAXED; with FENCE they
// get it from fences.
#include <atomic>
#include <thread>

#ifdef RELAXED
constexpr auto give = std::memory_order_relaxed, take = std::memory_order_relaxed;
#else
constexpr auto give = std::memory_order_release, take = std::memory_order_acquire;
#endif

static std::atomic<int> flag;
static int value;

int main() {
  int seen = 0;
  std::thread reader([&] {
    while (flag.load(take) == 0) std::this_thread::yield();
#ifdef FENCE
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
    seen = value;
  });
  value = 42;
#ifdef FENCE
  std::atomic_thread_fence(std::memory_order_release);
#endif
  flag.store(1, give);
  reader.join();
  return seen != 42;
}
