#define _GNU_SOURCE
#include "lc_shadow.h"

#include <unistd.h>

#include "lc_system.h"
#include "lc_thread.h"

// Two levels: 2^15 parts of the address space, each with 2^20 pages. Mapped where touched.
static lc_page **parts[1 << 15];

lc_page *lc_page_at(uintptr_t address) {
  if (address >> 47) return 0;
  lc_page **part = __atomic_load_n(&parts[address >> 32], __ATOMIC_ACQUIRE);
  return part == 0 ? 0 : __atomic_load_n(&part[address >> 12 & 0xFFFFF], __ATOMIC_ACQUIRE);
}

/// A piece of memory that smaller ones are cut from, and how much of it is used, this included.
typedef struct lc_piece {
  size_t used;
} lc_piece;

/// Writes to each page of the system's in which nothing before the bytes lies. Where one is read first, the system has
/// all threads wait for it to put another one in its place when it is written.
static void *written(uint8_t *bytes, size_t count) {
  uintptr_t end = (uintptr_t)bytes + count;
  for (uintptr_t at = ((uintptr_t)bytes | 4095) + 1; at < end; at += 4096) *(volatile uint8_t *)at = 0;
  return bytes;
}

/// Memory for the shadow, cut from larger pieces: the system is asked once for many. Null where there is none.
/// A signal handler may interrupt it and do the same.
static void *carve(size_t bytes) {
  enum { length = 1 << 18 };
  static __thread lc_piece *piece __attribute__((tls_model("initial-exec"))) = 0;
  lc_piece *from = piece;
  size_t at = from == 0 ? length : __atomic_fetch_add(&from->used, bytes, __ATOMIC_RELAXED);
  if (at + bytes <= length) return written((uint8_t *)from + at, bytes);
  from = lc_map_memory(length);
  if (from == 0) return 0;
  at = 64;
  from->used = at + bytes;
  piece = from;
  return written((uint8_t *)from + at, bytes);
}

/// Puts carved memory where nobody has yet; whoever comes second takes what the first has put there, and what
/// it has carved stays unused.
static void *install(void **place, size_t bytes) {
  void *made = carve(bytes), *known = 0;
  if (made == 0) return __atomic_load_n(place, __ATOMIC_ACQUIRE);
  if (__atomic_compare_exchange_n(place, &known, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  return known;
}

/// As `install`, of memory of its own.
static void *install_mapped(void **place, size_t bytes) {
  void *made = lc_map_memory(bytes), *known = 0;
  if (made == 0) return __atomic_load_n(place, __ATOMIC_ACQUIRE);
  if (__atomic_compare_exchange_n(place, &known, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  lc_unmap(made, bytes);
  return known;
}

lc_page *lc_page_make(uintptr_t address) {
  if (address >> 47) return 0;
  lc_page *page = lc_page_at(address);
  if (page != 0) return page;
  lc_page ***part = &parts[address >> 32];
  if (*part == 0 && install_mapped((void **)part, sizeof(lc_page *) << 20) == 0) return 0;
  return install((void **)&(*part)[address >> 12 & 0xFFFFF], sizeof *page);
}

// How a word is parted: 0 whole; else 1 + 3 * first half + second half, where a half is 0 whole, 1 in
// twos, 2 in ones.

static unsigned refined(unsigned parting, unsigned low, unsigned high) {
  if (low == 0 && high == 8) return parting;
  // A half of a word that has no smaller parts.
  if (parting <= 1 && high - low == 4 && (low & 3) == 0) return 1;
  unsigned halves[2] = {0, 0};
  if (parting != 0) halves[0] = (parting - 1) / 3, halves[1] = (parting - 1) % 3;
  for (unsigned i = 0; i < 2; i++) {
    unsigned base = 4 * i, l = low > base ? low - base : 0;
    unsigned h = high > base + 4 ? 4 : high > base ? high - base : 0;
    if (l >= h || h - l == 4) continue;
    unsigned fineness = (l | h) & 1 ? 2 : 1;
    if (halves[i] < fineness) halves[i] = fineness;
  }
  return 1 + 3 * halves[0] + halves[1];
}

static uint32_t parts_touched(unsigned parting, unsigned low, unsigned high) {
  if (parting == 0) return 1;
  if (parting == 1 && high - low == 4 && (low & 3) == 0) return 1u << low;
  uint32_t mask = 0;
  for (unsigned i = 0; i < 2; i++) {
    unsigned step = 4u >> (i == 0 ? (parting - 1) / 3 : (parting - 1) % 3);
    for (unsigned at = 4 * i; at < 4 * i + 4; at += step)
      if (at < high + (low == high) && at + step > low) mask |= 1u << at;
  }
  return mask;
}

/// At most so many words of a page get new numbers because they are parted.
#define LC_PARTED_OF_PAGE 16

/// Whether what a thread does to a part of a word has to be told of the whole too: others have used that, in
/// accesses whose extent is known, and no other part has a history of its own that would be lost.
static bool is_claim(lc_page *page, lc_cell cell, uint32_t thread, unsigned old, unsigned new) {
  if (old == new || cell & (LC_CELL_VAGUE | LC_CELL_ENDED) || LC_CELL_THREAD(cell) == 0) return false;
  if (LC_CELL_THREAD(cell) == thread && !(cell & LC_CELL_SHARED)) return false;
  if (__atomic_load_n(&page->parted, __ATOMIC_RELAXED) >= LC_PARTED_OF_PAGE) return false;
  if (old == 0) return true;
  unsigned first = (old - 1) / 3 != (new - 1) / 3, second = (old - 1) % 3 != (new - 1) % 3;
  lc_cell touched = cell & LC_CELL_HALVES;
  return first != second && touched == (first ? LC_CELL_FIRST_HALF : LC_CELL_SECOND_HALF) &&
         (first ? (old - 1) / 3 : (old - 1) % 3) == 0;
}

/// Whether a block that was given back by instrumented code has not become part of another one yet. Only of the
/// heap that grows at its end: what else is given back may be the system's again.
static __attribute__((noinline)) bool is_still_free(uintptr_t address) {
  uint64_t size;
  uint32_t stack;
  uintptr_t end = (uintptr_t)sbrk(0);
  return address < end && end - address < (uintptr_t)1 << 30 && lc_block_around(address, &size, &stack) == 0;
}

lc_touch lc_word_touch(uintptr_t address, unsigned low, unsigned high, uint32_t thread) {
  lc_touch touch = {LC_TOUCH_NO_NUMBERS, 0, 0};
  lc_page *page = lc_page_at(address);
  if (page == 0 || __atomic_load_n(&page->first, __ATOMIC_ACQUIRE) == 0) return touch;
  thread = LC_CELL_THREAD(thread);
  unsigned word = address >> 3 & 511, parting = 0;
  lc_cell *cell = &page->cells[word];
  lc_cell old = __atomic_load_n(cell, __ATOMIC_ACQUIRE), new;
  do {
    touch.outcome = LC_TOUCHED;
    new = old | LC_CELL_TOUCHED;
    uint32_t owner = LC_CELL_THREAD(new);
    if (new & LC_CELL_CLAIMED) {
      touch.outcome = LC_TOUCH_CLAIMED;
      return touch;
    }
    if (new & LC_CELL_ENDED) {
      if (new & LC_CELL_FREED && is_still_free(address)) {
        // Used after it was given back: still the same.
        new |= owner != thread ? LC_CELL_SHARED : 0;
      } else if (owner != thread || new & LC_CELL_SHARED) {
        touch.outcome = LC_TOUCH_ENDED;
        return touch;
      } else {
        // What only one thread has touched may go on: nobody can race with it.
        new &= ~(LC_CELL_ENDED | LC_CELL_FREED);
      }
    } else if (owner == 0) {
      new |= thread;
    } else if (owner != thread && !(new & LC_CELL_SHARED)) {
      new |= LC_CELL_SHARED;
      touch.outcome = LC_TOUCHED_SHARED;
    }
    // Of a variable whose size is not said, what is known already, and a byte where nothing is.
    bool is_any = low == high && old & LC_CELL_TOUCHED;
    if (is_any) new |= LC_CELL_VAGUE;
    parting = LC_CELL_PARTING(new);
    if (!is_any) parting = refined(parting, low, low == high ? low + 1 : high);
    if (is_claim(page, old, thread, LC_CELL_PARTING(old), parting)) {
      parting = LC_CELL_PARTING(old);
      new = old | LC_CELL_CLAIMED;
      touch.outcome = LC_TOUCH_PARTED;
    }
    if (parting != 0) new |= lc_halves(low, high);
    new = (new & ~LC_CELL_PARTED(15)) | LC_CELL_PARTED(parting);
    // Before anybody can give it another one.
    touch.number = lc_page_number_of(page, word, old);
  } while (new != old && !__atomic_compare_exchange_n(
                             cell, &old, new, false, __ATOMIC_RELAXED, __ATOMIC_ACQUIRE));
  touch.parts = parts_touched(parting, low, high);
  return touch;
}

lc_run lc_page_number(uintptr_t address) {
  lc_run run = {address & ~(uintptr_t)4095, 0, 0};
  lc_page *page = lc_page_make(address);
  if (page == 0) return run;
  run.first = page->first;
  if (run.first != 0) return run;
  run.first = lc_next_object_numbers(4096);
  if (run.first == 0) return run;
  run.words = 512;
  return run;
}

lc_run lc_word_renumber(uintptr_t address) {
  lc_page *page = lc_page_at(address);
  lc_run run = {address & ~(uintptr_t)7, 0, 0};
  unsigned word = address >> 3 & 511;
  if (page == 0 || !(page->cells[word] & LC_CELL_CLAIMED)) return run;
  __atomic_fetch_add(&page->parted, 1, __ATOMIC_RELAXED);
  __atomic_fetch_and(
      &page->described[word >> 6], ~((uint64_t)1 << (word & 63)), __ATOMIC_RELAXED);
  bool has_room = page->numbers != 0 || install((void **)&page->numbers, 512 * sizeof(uint32_t)) != 0;
  run.first = has_room ? lc_next_object_numbers(8) : 0;
  if (run.first == 0)
    run.first = UINT32_MAX;
  else
    run.words = 1;
  return run;
}

void lc_run_begin(lc_run run) {
  lc_page *page = lc_page_at(run.address);
  if (page->first == 0) {
    __atomic_store_n(&page->first, run.first, __ATOMIC_RELEASE);
    return;
  }
  for (uint32_t i = 0; i < run.words; i++) {
    unsigned word = (run.address >> 3 & 511) + i;
    __atomic_store_n(&page->numbers[word], run.first + 8 * i, __ATOMIC_RELAXED);
    __atomic_store_n(&page->cells[word], LC_CELL_RENEWED, __ATOMIC_RELEASE);
  }
}

lc_run lc_words_renew(uintptr_t address) {
  lc_page *page = lc_page_at(address);
  unsigned word = address >> 3 & 511, low = word, high = word + 1;
  lc_run run = {address & ~(uintptr_t)7, 0, 0};
  if (page == 0 || !(page->cells[word] & LC_CELL_ENDED)) return run;
  uint64_t size = 0;
  uint32_t stack = 0;
  uintptr_t base = address & ~(uintptr_t)4095;
  uintptr_t block = lc_block_around(address, &size, &stack);
  uintptr_t least = block > base ? block : base, most = base + 4096;
  if (block != 0 && block + size < most) most = block + size;
  while (low > 0 && base + 8 * (low - 1) >= least && page->cells[low - 1] & LC_CELL_ENDED) low--;
  while (high < 512 && base + 8 * high < most && page->cells[high] & LC_CELL_ENDED) high++;
  bool has_room = page->numbers != 0 || install((void **)&page->numbers, 512 * sizeof(uint32_t)) != 0;
  run.first = has_room ? lc_next_object_numbers(8 * (high - low)) : 0;
  if (run.first == 0) {
    run.first = UINT32_MAX;
    return run;
  }
  run.address = base + 8 * low;
  run.words = high - low;
  return run;
}

/// The lowest address at which a block ever began, and the size of the largest.
static uintptr_t lowest_block = UINTPTR_MAX;
static uint64_t largest_block = 0;

uintptr_t lc_block_around(uintptr_t address, uint64_t *size, uint32_t *stack) {
  unsigned at = address >> 4 & 255;
  for (uintptr_t base = address & ~(uintptr_t)4095;; base -= 4096, at = 255) {
    lc_page *page = lc_page_at(base);
    if (page != 0 && page->blocks != 0) {
      for (int word = at >> 6; word >= 0; word--) {
        uint64_t bits = page->starts[word];
        if ((unsigned)word == at >> 6 && (at & 63) != 63) bits &= ((uint64_t)2 << (at & 63)) - 1;
        if (bits == 0) continue;
        unsigned place = 64 * word + 63 - __builtin_clzll(bits);
        uint64_t entry = __atomic_load_n(&page->blocks[place], __ATOMIC_RELAXED);
        uintptr_t start = base + 16 * place;
        if (address - start >= entry >> 24) return 0;
        *size = entry >> 24;
        *stack = entry & 0xFFFFFF;
        return start;
      }
    }
    uintptr_t next = base - 1;
    if (next < lowest_block || address - next > largest_block) return 0;
  }
}

static uint32_t number_of(lc_page *page, unsigned word) {
  return lc_page_number_of(page, word, page->cells[word]);
}

bool lc_word_is_described(uintptr_t address) {
  lc_page *page = lc_page_at(address);
  return page == 0 || (page->described[address >> 9 & 7] >> (address >> 3 & 63) & 1);
}

void lc_word_describe(uintptr_t address) {
  lc_page *page = lc_page_at(address);
  __atomic_fetch_or(
      &page->described[address >> 9 & 7], (uint64_t)1 << (address >> 3 & 63), __ATOMIC_RELAXED);
}

lc_run lc_words_describe(uintptr_t address, uintptr_t block, uint64_t size) {
  lc_page *page = lc_page_at(address);
  unsigned word = address >> 3 & 511, low = word, high = word + 1;
  uintptr_t base = address & ~(uintptr_t)4095;
  lc_run run = {address & ~(uintptr_t)7, 0, 0};
  if (page == 0 || page->described[word >> 6] >> (word & 63) & 1) return run;
  uintptr_t least = block > base ? block : base;
  uintptr_t most = block + size < base + 4096 ? block + size : base + 4096;
  while (low > 0 && base + 8 * (low - 1) >= least &&
         number_of(page, low - 1) + 8 == number_of(page, low))
    low--;
  while (high < 512 && base + 8 * high < most &&
         number_of(page, high - 1) + 8 == number_of(page, high))
    high++;
  for (unsigned i = low; i < high; i++) lc_word_describe(base + 8 * i);
  run.address = base + 8 * low;
  run.first = number_of(page, low);
  run.words = high - low;
  return run;
}

void lc_block_begin(uintptr_t address, uint64_t size, uint32_t stack) {
  lc_page *page = lc_page_make(address);
  if (page == 0 || (address & 15) != 0) return;
  if (page->blocks == 0 && install((void **)&page->blocks, 256 * sizeof(uint64_t)) == 0) return;
  unsigned place = address >> 4 & 255;
  uintptr_t lowest = __atomic_load_n(&lowest_block, __ATOMIC_RELAXED);
  while (address < lowest && !__atomic_compare_exchange_n(&lowest_block, &lowest, address, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
  uint64_t largest = __atomic_load_n(&largest_block, __ATOMIC_RELAXED);
  while (size > largest && !__atomic_compare_exchange_n(&largest_block, &largest, size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
  __atomic_store_n(&page->blocks[place], size << 24 | (stack & 0xFFFFFF), __ATOMIC_RELAXED);
  __atomic_fetch_or(&page->starts[place >> 6], (uint64_t)1 << (place & 63), __ATOMIC_RELEASE);
}

uint64_t lc_block_end(uintptr_t address, uint64_t key, lc_word_ends forget, bool is_freed) {
  lc_page *page = lc_page_at(address);
  unsigned place = address >> 4 & 255;
  if (page == 0 || page->blocks == 0 || (address & 15) != 0) return 0;
  if (!(page->starts[place >> 6] >> (place & 63) & 1)) return 0;
  uint64_t size = page->blocks[place] >> 24;
  __atomic_fetch_and(&page->starts[place >> 6], ~((uint64_t)1 << (place & 63)), __ATOMIC_RELAXED);
  lc_words_end(address, address + size, key, forget, is_freed);
  return size;
}

/// At which bytes of a word the thread may have begun an access in this epoch.
static uint64_t bytes_accessed(lc_cell cell, uint64_t recent, uint64_t key) {
  // Of a word that was never parted its first, of one in halves that of each.
  uint64_t begins = cell & LC_CELL_VAGUE ? 255 : LC_CELL_PARTING(cell) == 0 ? 1 : LC_CELL_PARTING(cell) == 1 ? 0x11 : 255;
  // Where others come as well, they may have overwritten what was noted.
  if (cell & LC_CELL_SHARED) return begins;
  return ((recent ^ key) >> 16) == 0 ? (recent | recent >> 8) & begins : 0;
}

void lc_words_end(uintptr_t low, uintptr_t high, uint64_t key, lc_word_ends forget, bool is_freed) {
  lc_cell ended = LC_CELL_ENDED | (is_freed ? LC_CELL_FREED : 0);
  for (uintptr_t at = low & ~(uintptr_t)7; at < high;) {
    uintptr_t next = (at & ~(uintptr_t)4095) + 4096;
    lc_page *page = lc_page_at(at);
    if (page == 0 || page->first == 0) {
      at = next;
      continue;
    }
    for (; at < next && at < high; at += 8) {
      unsigned word = at >> 3 & 511;
      lc_cell cell = __atomic_load_n(&page->cells[word], __ATOMIC_RELAXED);
      if (cell == 0 || (cell & LC_CELL_ENDED && (is_freed || !(cell & LC_CELL_FREED)))) continue;
      uint64_t *recent = &page->recent[word];
      uint64_t bytes = bytes_accessed(cell, __atomic_load_n(recent, __ATOMIC_RELAXED), key);
      if (bytes != 0 && forget != 0) forget(at, bytes);
      __atomic_fetch_or(&page->cells[word], ended, __ATOMIC_RELAXED);
      if (!is_freed) __atomic_fetch_and(&page->cells[word], ~LC_CELL_FREED, __ATOMIC_RELAXED);
      __atomic_store_n(recent, 0, __ATOMIC_RELAXED);
      if (page->described[word >> 6] >> (word & 63) & 1)
        __atomic_fetch_and(
            &page->described[word >> 6], ~((uint64_t)1 << (word & 63)), __ATOMIC_RELAXED);
    }
  }
}

uintptr_t lc_word_touched(uintptr_t low, uintptr_t high, uint32_t thread, uintptr_t *own) {
  thread = LC_CELL_THREAD(thread);
  *own = 0;
  for (uintptr_t at = low & ~(uintptr_t)7; at < high;) {
    uintptr_t next = (at & ~(uintptr_t)4095) + 4096;
    lc_page *page = lc_page_at(at);
    if (page == 0 || page->first == 0) {
      at = next;
      continue;
    }
    for (; at < next && at < high; at += 8) {
      lc_cell cell = __atomic_load_n(&page->cells[at >> 3 & 511], __ATOMIC_RELAXED);
      if (!(cell & LC_CELL_TOUCHED) || cell & LC_CELL_ENDED) continue;
      if (cell & LC_CELL_SHARED || LC_CELL_THREAD(cell) != thread) return at;
      if (*own == 0) *own = at;
    }
  }
  return 0;
}
