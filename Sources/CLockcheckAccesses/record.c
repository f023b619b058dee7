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

/// The number that the stack which ends with `pc` has in the recording; false where it has none yet.
LC_INLINE bool stack_near(lc_accessor *self, lc_session *session, uintptr_t pc, uint32_t *number) {
  *number = 0;
  if (session->stacks == 0) return true;
  uint64_t hash = lc_accessor_stack_hash(self, pc);
  lc_near_stack *near = &self->stacks[hash >> 3 & ((1 << LC_NEAR_STACKS_BITS) - 1)];
  if (__builtin_expect(near->hash == hash && near->session == session->number, 1)) {
    *number = near->number;
    return true;
  }
  *number = lc_depot_find(hash);
  if (*number == 0 || !lc_bits_contain(session->written_stacks, *number)) return false;
  *near = (lc_near_stack){hash, *number, session->number};
  return true;
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

/// Appends the access to what is touched of a word; false, and nothing is done, where the way is too short.
LC_INLINE bool append(
    lc_accessor *self, lc_thread *thread, lc_touch touch, uint64_t recent, bool writes, uintptr_t pc) {
  if (__builtin_expect(!lc_enter(thread), 0)) return false;
  lc_session *session = lc_session_in_force(thread);
  lc_writer *writer = session == 0 ? 0 : lc_writer_with_room(thread, session, LC_PARTS);
  uint32_t stack;
  bool is_short = writer != 0 && stack_near(self, session, pc, &stack);
  if (__builtin_expect(is_short, 1)) {
    uint64_t stamp = stamp_of(self, thread, recent);
    uint8_t operation = writes ? LC_OPERATION_WRITE : LC_OPERATION_READ;
    for (uint32_t parts = touch.parts; parts != 0; parts &= parts - 1)
      lc_append_access(
          thread, writer, operation, stamp++, touch.number + (uint32_t)__builtin_ctz(parts), stack);
  }
  lc_leave(thread);
  return is_short;
}

/// What a touch makes of a word that nobody has touched, or that the thread alone has before it was given back; 0 where
/// there is more to it.
LC_INLINE lc_cell begun(lc_cell cell, lc_cell parting, uint32_t thread) {
  if (cell & LC_CELL_CLAIMED) return 0;
  if (cell == 0) return LC_CELL_TOUCHED | parting | thread;
  if (cell & LC_CELL_SHARED || LC_CELL_THREAD(cell) != thread) return 0;
  return cell & ~(LC_CELL_ENDED | LC_CELL_FREED);
}

/// Touches a word, or a half, that the thread or several have touched so before, or nobody at all; false where there
/// is more to it.
LC_INLINE bool touch_known(
    lc_page *page, unsigned word, unsigned low, unsigned high, uint32_t thread, lc_touch *touch) {
  bool is_half = high - low == 4 && (low & 3) == 0;
  if (!is_half && high - low != 8) return false;
  thread = LC_CELL_THREAD(thread);
  lc_cell *place = &page->cells[word], cell = __atomic_load_n(place, __ATOMIC_ACQUIRE);
  if (cell == 0 || cell & LC_CELL_ENDED) {
    lc_cell new = begun(cell, LC_CELL_PARTED(is_half) | (is_half ? lc_halves(low, high) : 0), thread);
    if (new == 0 || __atomic_load_n(&page->first, __ATOMIC_ACQUIRE) == 0 ||
        !__atomic_compare_exchange_n(place, &cell, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
      return false;
    cell = new;
  } else if (cell & LC_CELL_CLAIMED) {
    return false;
  } else if (!(cell & LC_CELL_SHARED) && LC_CELL_THREAD(cell) != thread) {
    return false;
  }
  // Whole, or of two halves, as `lc_word_touch` has it.
  unsigned parting = LC_CELL_PARTING(cell);
  if (parting > 1 || parting < is_half) return false;
  if (parting == 1 && (lc_halves(low, high) & ~cell) != 0) return false;
  uint32_t number = lc_page_number_of(page, word, cell);
  *touch = (lc_touch){LC_TOUCHED, number, is_half ? 1u << low : parting == 0 ? 1 : 0x11};
  return true;
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
    lc_accessor *self, lc_thread *thread, uintptr_t a, unsigned low, unsigned high, bool writes,
    uintptr_t pc) {
  uint64_t key = lc_recent_key(thread->number, thread->epoch), bytes = lc_byte_mask(low, high);
  lc_page *page = page_near(self, a);
  unsigned word = a >> 3 & 511;
  uint64_t recent = page == 0 ? 0 : __atomic_load_n(&page->recent[word], __ATOMIC_RELAXED);
  if (lc_recent_covers(recent, key, bytes, writes)) return true;
  lc_touch touch;
  if (!touch_word(a, low, high, thread->number, writes, pc, &touch)) return false;
  if (!append(self, thread, touch, recent, writes, pc) &&
      !lc_record_access(
          a, low == high ? 0 : high - low, writes ? LC_OPERATION_WRITE : LC_OPERATION_READ, pc))
    return false;
  if (page != 0 || (page = page_near(self, a)) != 0)
    lc_note_recent(&page->recent[word], key, bytes, writes);
  return true;
}

/// The code of programs looks by itself whether what Dispatch does once is done, as the word -1 says, and then does
/// not call.
static void look_at_once(uintptr_t a) {
  if (*(const volatile intptr_t *)a != -1 || !lc_instance_is_near(a) || lc_instance_at(a) == 0) return;
  lc_record_once(a);
}

static __attribute__((noinline)) void record(
    uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  if (!lc_is_recording()) return;
  lc_accessor *self = lc_own_accessor;
  if (self == 0 && (self = lc_accessor_make()) == 0) return;
  lc_thread *thread = lc_self;
  if (self->ignored != 0 || thread == 0 || thread->busy != 0) return;
  if (self->awaited_lock != 0) lc_settle_awaited_lock(self);
  if (!writes && power == 3) look_at_once(a);
  if (lc_known_race_count != 0 && lc_is_known_race(a)) return;
  self->thread = thread;
  unsigned low = a & 7, high = power == LC_SOMETHING ? low : low + (1u << power);
  if (__builtin_expect(high > 8, 0)) {
    // Of sixteen bytes, or not where its size would have it.
    uintptr_t end = a + (1u << power);
    for (uintptr_t at = a; at < end; at = (at & ~(uintptr_t)7) + 8) {
      uintptr_t most = (at & ~(uintptr_t)7) + 8;
      if (!record_word(self, thread, at, at & 7, end < most ? (unsigned)(end & 7) : 8, writes, pc)) return;
    }
  } else if (!record_word(self, thread, a, low, high, writes, pc)) {
    return;
  }
  *lc_filter_place(self, a) = lc_filter_entry(thread->epoch, a, power, writes);
}

/// Whether nothing has been asked for that an access has to mind.
LC_INLINE bool is_plain(lc_accessor *self, lc_thread *thread) {
  return self->ignored == 0 && self->awaited_lock == 0 && lc_known_race_count == 0 &&
         thread == lc_self && thread->busy == 0;
}

// The filter is small; the words themselves know more. What they know is not put into the filter: whoever goes
// through much memory would only displace what others need there, and asking the word again costs little more.
void lc_access(uintptr_t a, unsigned power, bool writes, uintptr_t pc) {
  lc_accessor *self = lc_own_accessor;
  unsigned word = a >> 3 & 511, low = a & 7, high = power == LC_SOMETHING ? low : low + (1u << power);
  if (__builtin_expect(self == 0 || high > 8, 0)) return record(a, power, writes, pc);
  lc_thread *thread = self->thread;
  lc_near_page *near = &self->pages[a >> 12 & ((1 << LC_NEAR_PAGES_BITS) - 1)];
  lc_page *page = near->page;
  if (near->base != a >> 12 || page == 0) return record(a, power, writes, pc);
  uint64_t recent = __atomic_load_n(&page->recent[word], __ATOMIC_RELAXED);
  uint64_t key = lc_recent_key(thread->number, thread->epoch), bytes = lc_byte_mask(low, high);
  if (lc_recent_covers(recent, key, bytes, writes)) return;
  if (!writes && power == 3) look_at_once(a);
  lc_touch touch;
  if (!is_plain(self, thread) || !touch_known(page, word, low, high, thread->number, &touch) ||
      !append(self, thread, touch, recent, writes, pc))
    return record(a, power, writes, pc);
  lc_note_recent(&page->recent[word], key, bytes, writes);
  *lc_filter_place(self, a) = lc_filter_entry(thread->epoch, a, power, writes);
}
