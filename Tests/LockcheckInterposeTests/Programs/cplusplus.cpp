#include <condition_variable>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <thread>

extern "C" {
#include "harness.h"
}

namespace {
std::mutex a, b;
std::shared_mutex l;

void ab() {
  std::scoped_lock one(a);
  std::lock_guard<std::mutex> other(b);
  reach(1);
}
void ba() {
  await(1);
  std::lock_guard<std::mutex> one(b);
  std::unique_lock<std::mutex> other(a);
}
void ab_later() {
  await(1);
  ab();
}
void pair(void (*one)(), void (*other)()) {
  std::thread first(one), second(other);
  first.join();
  second.join();
}
void inverted() { pair(ab, ba); }
void ordered() { pair(ab, ab_later); }
/// Takes both at once, in whatever order goes.
void both_at_once() {
  pair([] { std::scoped_lock both(a, b); reach(1); },
       [] { await(1); std::scoped_lock both(b, a); });
}

void read_then_lock() {
  std::shared_lock<std::shared_mutex> reading(l);
  std::lock_guard<std::mutex> locked(a);
  reach(1);
}
void lock_then_write() {
  await(1);
  std::lock_guard<std::mutex> locked(a);
  std::unique_lock<std::shared_mutex> writing(l);
}
void lock_then_read() {
  await(1);
  std::lock_guard<std::mutex> locked(a);
  std::shared_lock<std::shared_mutex> reading(l);
}
void shared_inverted() { pair(read_then_lock, lock_then_write); }
void shared_readers() { pair(read_then_lock, lock_then_read); }

void condition() {
  std::condition_variable changed;
  bool isReady = false;
  std::thread waiter([&] {
    std::unique_lock<std::mutex> lock(a);
    changed.wait_for(lock, std::chrono::milliseconds(1), [] { return false; });
    changed.wait(lock, [&] { return isReady; });
  });
  {
    std::lock_guard<std::mutex> lock(a);
    isReady = true;
  }
  changed.notify_all();
  waiter.join();
}

/// The first routine throws: another one is run.
void once() {
  std::once_flag flag;
  int tries = 0;
  for (int i = 0; i < 3; i++) {
    try {
      std::call_once(flag, [&] {
        std::lock_guard<std::mutex> lock(a);
        if (++tries == 1) throw std::runtime_error("not yet");
      });
    } catch (const std::runtime_error &) {
      CHECK(i == 0);
    }
  }
  CHECK(tries == 2);
}

/// Sleeps and wakes without the C library: only that nothing breaks.
void semaphores() {
  std::counting_semaphore<4> permits(0);
  std::thread giver([&] { permits.release(2); });
  permits.acquire();
  permits.acquire();
  giver.join();
}

/// Two mutexes, of which the second has the memory of the first, each taken in another order. The threads run
/// at the same time for all that the recording knows.
void lives() {
  std::mutex *first = new std::mutex;
  std::thread one([&] {
    {
      std::lock_guard<std::mutex> outer(*first);
      std::lock_guard<std::mutex> inner(b);
    }
    reach(1);
  });
  std::thread other([&] {
    await(2);
    std::lock_guard<std::mutex> outer(b);
    std::lock_guard<std::mutex> inner(*first);
  });
  await(1);
  auto *before = first;
  delete first;
  first = new std::mutex;
  CHECK(first == before);
  reach(2);
  one.join();
  other.join();
  delete first;
}
void freed_while_held() {
  auto *mutex = new std::mutex;
  mutex->lock();
  delete mutex;
}
}  // namespace

CASES({"inverted", inverted}, {"ordered", ordered}, {"both-at-once", both_at_once},
      {"shared-inverted", shared_inverted}, {"shared-readers", shared_readers},
      {"condition", condition}, {"once", once}, {"semaphores", semaphores}, {"lives", lives},
      {"freed-while-held", freed_while_held})
