#include "lc_accessor.h"
#include "lc_append.h"
#include "lc_clock.h"
#include "lc_depot.h"
#include "lc_table.h"

// The way of a plain access into the trace, as long as nothing on it is new: page, variable, stack and chunk
// are known. What is new goes the long way, in Swift.

#define LC_INLINE static inline __attribute__((always_inline))
/// The parts of a word.
#define LC_PARTS 8

LC_INLINE lc_page *page_near(lc_accessor *self, uintptr_t a) {
  uintptr_t base = a >> 12;
  lc_near_page *near = &self->pages[base & ((1 << LC_NEAR_PAGES_BITS) - 1)];
  if (__builtin_expect(near->base == base && near->page != 0, 1)) return near->page;
  lc_page *page = lc_page_at(a);
  if (page != 0) *near = (lc_near_page){base, page};
  return page;
}

/// Looks for what `stack_near` does not know.
static __attribute__((noinline)) uint32_t stack_far(lc_near_stack *near, lc_session *session, uint64_t hash) {
  uint32_t number = lc_depot_find(hash);
  if (number == 0 || !lc_bits_contain(session->written_stacks, number)) return 0;
  *near = (lc_near_stack){hash, lc_place(number), session->number};
  return near->place;
}

/// The stack that ends with `pc` as an event of the recording has it; 0 where there is more to it.
LC_INLINE uint32_t stack_near(lc_accessor *self, lc_session *session, uintptr_t pc) {
  if (session->stacks == 0) return lc_place(0);
  uint64_t hash = lc_accessor_stack_hash(self, pc);
  lc_near_stack *near = &self->stacks[hash >> 3 & ((1 << LC_NEAR_STACKS_BITS) - 1)];
  if (__builtin_expect(near->hash == hash && near->session == session->number, 1)) return near->place;
  return stack_far(near, session, hash);
}

/// The stamp of an access. The order of accesses to one word is that of clocks: where another thread came last,
/// the clock is asked; where it was the thread itself, or nobody, it is enough that the stamp comes after the
/// thread's last, and not too early.
LC_INLINE uint64_t stamp_of(lc_accessor *self, lc_thread *thread, uint64_t recent) {
  uint32_t other = LC_RECENT_THREAD(recent);
  uint64_t next = thread->last + 1;
  if (other == 0 || other == (thread->number & 0xFFFFF))
    if (++self->untimed < LC_UNTIMED) return next;
  self->untimed = 0;
  uint64_t ticks = lc_ticks();
  return ticks > next ? ticks : next;
}

/// Appends the access to a variable and, where `parts` has more of the word than one, to those; false, and nothing is
/// done, where the way is too short.
LC_INLINE bool append(
    lc_accessor *self, lc_thread *thread, uint32_t number, uint32_t parts, uint64_t recent, bool writes,
    uintptr_t pc) {
  if (__builtin_expect(!lc_enter(thread), 0)) return false;
  lc_session *session = lc_session_in_force(thread);
  lc_writer *writer = session == 0 ? 0 : lc_writer_with_room(thread, session, LC_PARTS);
  uint32_t place = writer == 0 ? 0 : stack_near(self, session, pc);
  if (__builtin_expect(place != 0, 1)) {
    uint64_t stamp = stamp_of(self, thread, recent);
    uint8_t operation = writes ? LC_OPERATION_WRITE : LC_OPERATION_READ;
    lc_append_access(thread, writer, operation, stamp, number + (uint32_t)__builtin_ctz(parts), place);
    for (parts &= parts - 1; __builtin_expect(parts != 0, 0); parts &= parts - 1)
      lc_append_access(thread, writer, operation, ++stamp, number + (uint32_t)__builtin_ctz(parts), place);
  }
  lc_leave(thread);
  return place != 0;
}

/// Whether what this thread does to a word makes it nobody else's as well.
LC_INLINE bool is_known_to(lc_cell cell, uint32_t thread) {
  return cell & LC_CELL_SHARED || LC_CELL_THREAD(cell) == thread;
}

/// What a touch makes of a word that nobody has touched, or that the thread alone has before it was given back, or not
/// in this half; 0 where there is more to it.
static lc_cell begun(lc_page *page, lc_cell cell, lc_cell form, uint32_t thread) {
  lc_cell half = form & LC_CELL_HALVES, new = cell;
  if (cell == 0) return __atomic_load_n(&page->first, __ATOMIC_ACQUIRE) == 0 ? 0 : form | thread;
  if (cell & LC_CELL_CLAIMED || !(cell & LC_CELL_TOUCHED) || !is_known_to(cell, thread)) return 0;
  if (cell & LC_CELL_ENDED) {
    if (cell & LC_CELL_SHARED) return 0;
    new &= ~(LC_CELL_ENDED | LC_CELL_FREED);
  }
  return half != 0 && LC_CELL_PARTING(cell) == 1 ? new | half : new == cell ? 0 : new;
}

/// Touches a word, or the half of it at `low`, that the thread or several have touched so before, or nobody at all.
/// Returns its number and which parts are touched, as `lc_word_touch` has it; 0 where there is more to it.
LC_INLINE uint32_t touch_known(
    lc_page *page, unsigned word, unsigned low, bool is_half, uint32_t thread, uint32_t *parts) {
  thread = LC_CELL_THREAD(thread);
  lc_cell *place = &page->cells[word], cell = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  lc_cell half = is_half ? lc_halves(low, low + 4) : 0;
  lc_cell form = LC_CELL_TOUCHED | LC_CELL_PARTED(is_half) | half;
  lc_cell asked = LC_CELL_TOUCHED | LC_CELL_PARTED(15) | half | LC_CELL_ENDED | LC_CELL_CLAIMED;
  *parts = is_half ? 1u << low : 1;
  if (__builtin_expect((cell & asked) != form, 0)) {
    if (!is_half && (cell & (asked | LC_CELL_HALVES)) == (form | LC_CELL_PARTED(1) | LC_CELL_HALVES)) {
      *parts = 0x11;
    } else {
      lc_cell new = begun(page, cell, form, thread);
      if (new == 0 || !__atomic_compare_exchange_n(place, &cell, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return 0;
      cell = new;
      if ((cell & asked) != form) return 0;
    }
  }
  return is_known_to(cell, thread) ? lc_page_number_of(page, word, cell) : 0;
}

/// Touches the bytes of a word; false where there is no room for what is new.
LC_INLINE bool touch_word(
    uintptr_t a, unsigned low, unsigned high, uint32_t thread, bool writes, uintptr_t pc, lc_touch *touch) {
  *touch = lc_word_touch(a, low, high, thread);
  while (__builtin_expect(touch->outcome != LC_TOUCHED, 0)) {
    if (touch->outcome == LC_TOUCH_PARTED)
      lc_record_parted(touch->number, touch->parts, writes ? LC_OPERATION_WRITE : LC_OPERATION_READ, pc);
    if (!lc_settle_touch(touch->outcome, a)) return false;
    if (touch->outcome == LC_TOUCHED_SHARED) break;
    *touch = lc_word_touch(a, low, high, thread);
  }
  return true;
}

/// Records an access to bytes of one word; nothing where the thread has recorded the same in this epoch.
static bool record_word(
    lc_accessor *self, lc_thread *thread, uint32_t epoch, uintptr_t a, unsigned low, unsigned high,
    bool writes, uintptr_t pc) {
  uint64_t key = lc_recent_key(thread->number, epoch), bytes = lc_byte_mask(low, high);
  lc_page *page = page_near(self, a);
  unsigned word = a >> 3 & 511;
  uint64_t recent = page == 0 ? 0 : __atomic_load_n(&page->recent[word], __ATOMIC_RELAXED);
  if (lc_recent_covers(recent, key, bytes, writes)) return true;
  lc_touch touch;
  if (!touch_word(a, low, high, thread->number, writes, pc, &touch)) return false;
  if (!append(self, thread, touch.number, touch.parts, recent, writes, pc) &&
      !lc_record_access(
          a, low == high ? 0 : high - low, writes ? LC_OPERATION_WRITE : LC_OPERATION_READ, pc))
    return false;
  if (page != 0 || (page = page_near(self, a)) != 0)
    lc_note_recent(&page->recent[word], key, bytes, writes);
  return true;
}

/// Asked before it is known what stands at an address: whoever begins to do something once has all threads begin
/// another epoch, and what was read in this one is read again.
LC_INLINE uint32_t epoch_of(lc_thread *thread) { return __atomic_load_n(&thread->epoch, __ATOMIC_ACQUIRE); }

LC_INLINE bool has_instance(uintptr_t a) {
  return lc_instance_is_near(a) && lc_instance_is_in_line(a) && lc_instance_at(a) != 0;
}

/// The code of programs looks by itself whether what Dispatch does once is done, as the word -1 says, and then does
/// not call. As long as it is not, it has to be looked at each time: true, where this read is not to stand for others.
static bool is_looked_at_again(uintptr_t a) {
  return has_instance(a) && !lc_record_once(a, *(const volatile intptr_t *)a == -1);
}

static __attribute__((noinline)) void record(
    uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  if (!lc_is_recording()) return;
  lc_accessor *self = lc_own_accessor;
  if (self == 0 && (self = lc_accessor_make()) == 0) return;
  lc_thread *thread = lc_self;
  if (self->ignored != 0 || thread == 0 || thread->busy != 0) return;
  if (self->awaited_lock != 0) lc_settle_awaited_lock(self);
  uint32_t epoch = epoch_of(thread);
  bool is_once = !writes && power == 3 && (a & 7) == 0 && is_looked_at_again(a);
  if (lc_known_race_count != 0 && lc_is_known_race(a)) return;
  if (is_once) {
    lc_record_access(a, 8, LC_OPERATION_READ, pc);
    return;
  }
  self->thread = thread;
  unsigned low = a & 7, high = power == LC_SOMETHING ? low : low + (1u << power);
  if (__builtin_expect(high > 8, 0)) {
    // Of sixteen bytes, or not where its size would have it.
    uintptr_t end = a + (1u << power);
    for (uintptr_t at = a; at < end; at = (at & ~(uintptr_t)7) + 8) {
      uintptr_t most = (at & ~(uintptr_t)7) + 8;
      if (!record_word(self, thread, epoch, at, at & 7, end < most ? (unsigned)(end & 7) : 8, writes, pc)) return;
    }
  } else if (!record_word(self, thread, epoch, a, low, high, writes, pc)) {
    return;
  }
  *lc_filter_place(self, a) = lc_filter_entry(epoch, a, power, writes);
}

/// Whether nothing has been asked for that an access has to mind.
LC_INLINE bool is_plain(lc_accessor *self, lc_thread *thread) {
  return self->ignored == 0 && self->awaited_lock == 0 && lc_known_race_count == 0 &&
         thread == lc_self && thread->busy == 0;
}

// The filter is small; the words themselves know more. What they know is not put into the filter: whoever goes
// through much memory would only displace what others need there, and asking the word again costs little more.

/// The page of the shadow where the thread has been lately; null where it has not.
LC_INLINE lc_page *page_remembered(lc_accessor *self, uintptr_t a) {
  lc_near_page *near = &self->pages[a >> 12 & ((1 << LC_NEAR_PAGES_BITS) - 1)];
  return near->base == a >> 12 ? near->page : 0;
}

/// Records an access to a word, or to a half of one, of which `recent` does not tell.
LC_INLINE void record_known(
    uintptr_t a, uintptr_t pc, lc_accessor *self, lc_page *page, uint64_t recent, uint32_t epoch, unsigned power,
    bool writes) {
  unsigned word = a >> 3 & 511, low = power == 3 ? 0 : a & 4;
  lc_thread *thread = self->thread;
  if (!writes && power == 3 && __builtin_expect(has_instance(a), 0)) return record(a, power, writes, pc);
  uint32_t parts, number = is_plain(self, thread) ? touch_known(page, word, low, power == 2, thread->number, &parts) : 0;
  if (__builtin_expect(number == 0, 0) || !append(self, thread, number, parts, recent, writes, pc))
    return record(a, power, writes, pc);
  uint64_t bytes = (power == 3 ? (uint64_t)0xFF : 0xF) << low;
  lc_note_recent(&page->recent[word], lc_recent_key(thread->number, epoch), bytes, writes);
  *lc_filter_place(self, a) = lc_filter_entry(epoch, a, power, writes);
}

// Whoever goes through much memory again and again comes no further than to `recent`: so that stands in a function
// that needs no registers of its caller's.
#define LC_ACCESS_KNOWN(name, power, writes)                                                              \
  static __attribute__((noinline)) void record_##name(                                                    \
      uintptr_t a, uintptr_t pc, lc_accessor *self, lc_page *page, uint64_t recent, uint32_t epoch) {      \
    record_known(a, pc, self, page, recent, epoch, power, writes);                                        \
  }                                                                                                       \
  void lc_##name(uintptr_t a, uintptr_t pc) {                                                             \
    lc_accessor *self = lc_own_accessor;                                                                  \
    if (__builtin_expect(self == 0 || (a & ((1u << power) - 1)) != 0, 0)) return record(a, power, writes, pc); \
    lc_page *page = page_remembered(self, a);                                                             \
    if (__builtin_expect(page == 0, 0)) return record(a, power, writes, pc);                              \
    uint64_t recent = __atomic_load_n(&page->recent[a >> 3 & 511], __ATOMIC_RELAXED);                     \
    uint32_t epoch = epoch_of(self->thread);                                                              \
    uint64_t bytes = power == 3 ? (uint64_t)0xFF : (uint64_t)0xF << (a & 4);                              \
    if (lc_recent_covers(recent, lc_recent_key(self->thread->number, epoch), bytes, writes)) return;      \
    record_##name(a, pc, self, page, recent, epoch);                                                      \
  }

LC_ACCESS_KNOWN(read_word, 3, false)
LC_ACCESS_KNOWN(write_word, 3, true)
LC_ACCESS_KNOWN(read_half, 2, false)
LC_ACCESS_KNOWN(write_half, 2, true)

void lc_access_bytes(uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  lc_accessor *self = lc_own_accessor;
  unsigned low = a & 7, high = power == LC_SOMETHING ? low : low + (1u << power);
  lc_page *page = self == 0 || high > 8 ? 0 : page_remembered(self, a);
  if (page != 0) {
    lc_thread *thread = self->thread;
    uint64_t recent = __atomic_load_n(&page->recent[a >> 3 & 511], __ATOMIC_RELAXED);
    uint64_t key = lc_recent_key(thread->number, epoch_of(thread));
    if (lc_recent_covers(recent, key, lc_byte_mask(low, high), writes)) return;
  }
  record(a, power, writes, pc);
}
