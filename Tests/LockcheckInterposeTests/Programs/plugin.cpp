// A library that a program in C loads, with functions of its own in place of the C++ library's `new` and `delete`.
// What it gets from the one it gives to the other.
#include <cstdlib>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

static const unsigned long mark = 0x5AFE5AFE5AFE5AFE;

void *operator new(std::size_t size) {
  unsigned long *block = static_cast<unsigned long *>(std::malloc(size + 16));
  if (block == nullptr) throw std::bad_alloc();
  block[0] = mark;
  return block + 2;
}

void operator delete(void *block) noexcept {
  if (block == nullptr) return;
  unsigned long *start = static_cast<unsigned long *>(block) - 2;
  if (start[0] != mark) std::abort();
  start[0] = 0;
  std::free(start);
}

void operator delete(void *block, std::size_t) noexcept { operator delete(block); }

static std::string &once() {
  static std::string made = std::string(40, 'x');
  return made;
}

/// As the program calls it: strings, streams, threads, exceptions, and what is made at first use.
extern "C" bool plug() {
  std::ostringstream text;
  std::vector<std::string> all;
  for (int i = 0; i < 100; i++) {
    text << i << ' ' << once();
    all.push_back(text.str());
  }
  std::mutex lock;
  bool is_caught = false;
  std::thread thrower([&] {
    try {
      std::lock_guard<std::mutex> guard(lock);
      throw std::string("thrown");
    } catch (const std::string &what) {
      is_caught = what == "thrown";
    }
  });
  thrower.join();
  return all.size() == 100 && is_caught && lock.try_lock();
}
