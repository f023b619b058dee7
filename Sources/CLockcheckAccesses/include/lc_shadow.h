#ifndef LC_SHADOW_H
#define LC_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is known about the program's memory, page by page: which variables its words are, and where heap
// blocks begin. Pages are made when first needed and never given back.

/// One word of eight bytes, and the variables in it.
///
/// Bits 0–17: the thread that touched it first. Bits 20–23: how it is parted. 0: never touched. A variable has the
/// number of its own first byte, counted from that of the word's first: see `lc_page_number_of`.
typedef uint32_t lc_cell;

#define LC_CELL_THREAD(cell) ((cell) & 0x3FFFF)
#define LC_CELL_PARTING(cell) ((cell) >> 20 & 15)
#define LC_CELL_PARTED(parting) ((lc_cell)(parting) << 20)
/// Another thread has touched it, too.
#define LC_CELL_SHARED ((lc_cell)1 << 24)
/// It was given back, and whoever comes next begins another life of it.
#define LC_CELL_ENDED ((lc_cell)1 << 25)
/// It has a number of its own, in another life than its first.
#define LC_CELL_RENEWED ((lc_cell)1 << 26)
#define LC_CELL_TOUCHED ((lc_cell)1 << 27)
/// Which halves were touched alone.
#define LC_CELL_FIRST_HALF ((lc_cell)1 << 18)
#define LC_CELL_SECOND_HALF ((lc_cell)1 << 19)
#define LC_CELL_HALVES (LC_CELL_FIRST_HALF | LC_CELL_SECOND_HALF)
/// It was given back by instrumented code.
#define LC_CELL_FREED ((lc_cell)1 << 28)
/// It was touched by an access whose extent was not said.
#define LC_CELL_VAGUE ((lc_cell)1 << 29)
/// It is about to get a new number for its parts.
#define LC_CELL_CLAIMED ((lc_cell)1 << 30)

/// The halves of a word that its bytes from `low` up to `high` lie in; that of the one at `low` where the two are the
/// same.
static inline lc_cell lc_halves(unsigned low, unsigned high) {
  return (low < 4 ? LC_CELL_FIRST_HALF : 0) | (high > 4 || low >= 4 ? LC_CELL_SECOND_HALF : 0);
}

typedef struct lc_page {
  /// The number of its first byte; 0 before it has any.
  uint32_t first;
  /// How many of its words got new numbers for their parts.
  uint32_t parted;
  lc_cell cells[512];
  /// For each word, what its last thread has recorded of it: thread (bits 44–63), epoch (16–43), the bytes
  /// that it wrote (8–15), and those that it read (0–7).
  uint64_t recent[512];
  /// Words that are known to be part of a heap block, a bit each.
  uint64_t described[8];
  /// Where blocks begin, a bit for every 16 bytes, and for each of them its size (40 bits) and the stack
  /// that made it (24 bits); the latter null as long as none begins here.
  uint64_t starts[4];
  uint64_t *blocks;
  /// The numbers of the first bytes of renewed words; null as long as there are none.
  uint32_t *numbers;
} lc_page;

/// The number of a word's first byte.
static inline uint32_t lc_page_number_of(lc_page *page, unsigned word, lc_cell cell) {
  if (__builtin_expect((cell & LC_CELL_RENEWED) != 0, 0))
    return __atomic_load_n(&page->numbers[word], __ATOMIC_RELAXED);
  return page->first + 8 * word;
}

/// The page that holds the address; null where it is not known yet.
lc_page *lc_page_at(uintptr_t address);
/// The page that holds the address, made where there is none; null without memory. Takes no lock.
lc_page *lc_page_make(uintptr_t address);

/// What came of touching a word.
typedef enum lc_touch_outcome {
  LC_TOUCHED,
  /// Touched, and now a second thread's too.
  LC_TOUCHED_SHARED,
  /// The page has no numbers.
  LC_TOUCH_NO_NUMBERS,
  /// The word was given back: it needs a new number.
  LC_TOUCH_ENDED,
  /// The word is being parted: what was touched is the whole, once more, and then it needs a new number for its
  /// parts.
  LC_TOUCH_PARTED,
  /// Another thread is about to give it that number.
  LC_TOUCH_CLAIMED,
} lc_touch_outcome;

typedef struct lc_touch {
  lc_touch_outcome outcome;
  uint32_t number;
  /// Which of its bytes begin a variable that was touched, a bit each.
  uint32_t parts;
} lc_touch;

/// Notes that `thread` touches the bytes from `low` up to `high` of a word, or, where the two are the
/// same, the variable that lies there. Takes no lock.
///
/// A word is one variable until a part of it is touched alone, and then as many as it takes: the halves,
/// the quarters of a half or its bytes. Where other threads have used the whole, whoever parts it touches that
/// once more, so that it is seen what the two do to each other, and the parts begin anew. Else the first of them
/// goes on under the number of the whole.
lc_touch lc_word_touch(uintptr_t address, unsigned low, unsigned high, uint32_t thread);

/// What `recent` says of a word that this thread was the last to access, in this epoch, without the bytes.
static inline uint64_t lc_recent_key(uint32_t thread, uint32_t epoch) {
  return (uint64_t)(thread & 0xFFFFF) << 44 | (uint64_t)(epoch & 0xFFFFFFF) << 16;
}
#define LC_RECENT_THREAD(recent) ((uint32_t)((recent) >> 44))
/// The bytes of a word from `low` up to `high`, a bit each; the one at `low` where the two are the same.
static inline uint64_t lc_byte_mask(unsigned low, unsigned high) {
  return low == high ? (uint64_t)1 << low : ((uint64_t)1 << high) - ((uint64_t)1 << low);
}
/// Whether it says that all these bytes were accessed so, or more than that. Takes no lock: what a thread finds
/// of its own it has put there itself.
static inline bool lc_recent_covers(uint64_t recent, uint64_t key, uint64_t bytes, bool writes) {
  if ((recent ^ key) >> 16) return false;
  return ((writes ? recent >> 8 : recent | recent >> 8) & bytes) == bytes;
}
/// Notes that they were.
static inline void lc_note_recent(uint64_t *place, uint64_t key, uint64_t bytes, bool writes) {
  uint64_t known = __atomic_load_n(place, __ATOMIC_RELAXED);
  if ((known ^ key) >> 16) known = key;
  __atomic_store_n(place, known | (writes ? bytes << 8 : bytes), __ATOMIC_RELAXED);
}

/// A run of words of one page: where it begins, and the number of its first byte.
typedef struct lc_run {
  uintptr_t address;
  uint32_t first;
  uint32_t words;
} lc_run;

/// Numbers for the page of the address; no words where it has some. Under the recorder's lock.
lc_run lc_page_number(uintptr_t address);
/// New numbers for the ended words around the address, as far as they are of the same block; no words
/// where it is not ended, and a number of all ones where there are none left. Under the recorder's lock.
lc_run lc_words_renew(uintptr_t address);
/// A new number for a word that is being parted; no words where it has got one, and a number of all ones where
/// there are none left. Under the recorder's lock.
lc_run lc_word_renumber(uintptr_t address);
/// Has the words of a run go by their new numbers, which are in the file now. Under the recorder's lock.
void lc_run_begin(lc_run run);

/// The heap block that the address lies in: its start, or 0; its size and the stack that made it.
uintptr_t lc_block_around(uintptr_t address, uint64_t *size, uint32_t *stack);
/// The first word from `low` up to `high` that more than one thread has touched, or another one than this; 0 where
/// there is none. `own`: the first that this one has, 0 where none comes before.
uintptr_t lc_word_touched(uintptr_t low, uintptr_t high, uint32_t thread, uintptr_t *own);
/// Whether it is known of a word who made it, or that nobody knows.
bool lc_word_is_described(uintptr_t address);
/// Notes that nobody does.
void lc_word_describe(uintptr_t address);
/// The words around the address that belong to its block, follow each other by number and have not been
/// described yet; they count as described from now on. Under the recorder's lock.
lc_run lc_words_describe(uintptr_t address, uintptr_t block, uint64_t size);

/// A heap block begins.
void lc_block_begin(uintptr_t address, uint64_t size, uint32_t stack);
/// Told of a word that ends: its address, and at which of its bytes the thread may have begun an access, a bit each.
typedef void (*lc_word_ends)(uintptr_t address, uint64_t bytes);
/// A heap block ends, and with it the variables in it. Returns its size; 0 where it is not known.
///
/// `is_freed`: by code whose accesses are recorded. `forget` is told of the words that the thread with this `key` (`lc_recent_key`) may have accessed.
uint64_t lc_block_end(uintptr_t address, uint64_t key, lc_word_ends forget, bool is_freed);
/// The variables between two addresses end.
void lc_words_end(uintptr_t low, uintptr_t high, uint64_t key, lc_word_ends forget, bool is_freed);

#endif
