#ifndef LC_APPEND_H
#define LC_APPEND_H

#include <stdbool.h>
#include <stdint.h>

#include "lc_thread.h"

// The shortest way of an event into a chunk, for plain accesses: what `EventAppend` does of any event, where
// nothing is new. The layout is that of the binary form.

/// The bytes before a chunk's content, and the most that an event takes: as in `BinaryFormat`.
#define LC_CHUNK_HEADER 64
#define LC_LONGEST_EVENT 64

/// What the thread records into: its own recording, else the task's, else the shared one. Null where that is
/// none, or over. For a thread that has entered the recorder.
static inline lc_session *lc_session_in_force(lc_thread *thread) {
  lc_session *session = thread->scope;
  if (session == 0 && lc_has_task_recordings()) session = lc_recording_of_task();
  if (session == 0) session = lc_get_shared_session();
  return session != 0 && lc_session_is_active(session) ? session : 0;
}

/// The thread's writer for this recording, if it has a chunk that is good for so many events; else null.
static inline lc_writer *lc_writer_with_room(
    lc_thread *thread, lc_session *session, uint32_t events) {
  lc_writer *writer = thread->writer;
  if (writer == 0 || writer->session != session || writer->cursor == 0) return 0;
  return writer->limit - writer->cursor < LC_LONGEST_EVENT * (ptrdiff_t)events ? 0 : writer;
}

/// A number below 2^28 of seven bits a byte, the first lowest; how many bytes more than one it takes.
static inline __attribute__((always_inline)) uint32_t lc_groups(uint32_t value, uint32_t *more) {
  uint32_t bytes = (31 - (uint32_t)__builtin_clz(value | 1)) / 7;
  uint32_t groups = (value & 0x7F) | (value & 0x3F80) << 1 | (value & 0x1FC000) << 2 | (value & 0xFE00000) << 3;
  *more = bytes;
  return groups | (0x808080 & ((1u << 8 * bytes) - 1));
}

/// Writes a number of seven bits a byte. May write zeros behind it, four bytes in all.
static inline __attribute__((always_inline)) uint8_t *lc_put(uint8_t *at, uint64_t value) {
  if (value < 1 << 28) {
    uint32_t more, groups = lc_groups((uint32_t)value, &more);
    __builtin_memcpy(at, &groups, sizeof groups);
    return at + more + 1;
  }
  while (value >= 0x80) {
    *at++ = (uint8_t)value | 0x80;
    value >>= 7;
  }
  *at++ = (uint8_t)value;
  return at;
}

/// A stack as an event has it: its bytes, three at the most, and over them, from bit 24 on, how many; 0 where it takes
/// more.
static inline uint32_t lc_place(uint32_t stack) {
  uint32_t more, value = stack == 0 ? 0 : stack + 1;
  if (value >= 1 << 21) return 0;
  uint32_t groups = lc_groups(value, &more);
  return groups | (more + 1) << 24;
}

/// Appends a plain access where there is room. The stamp is after the thread's last, `place` is what `lc_place` says.
///
/// Mostly it is eight bytes at the most, which one store writes. How long the number is changes rarely, so that it is
/// asked by branches.
static inline __attribute__((always_inline)) void lc_append_access(
    lc_thread *thread, lc_writer *writer, uint8_t operation, uint64_t stamp, uint32_t object,
    uint32_t place) {
  uint8_t *at = writer->cursor;
  uint64_t passed = stamp - writer->previous;
  uint64_t bytes = place & 0xFFFFFF, all = operation | passed << 8;
  uint32_t name = object + 1, count = place >> 24;
  uint64_t two = (name & 0x7F) | (name & 0x3F80) << 1 | 0x80;
  if (__builtin_expect(passed < 128 && name - (1 << 7) < (1 << 28) - (1 << 7) && count < 3, 1)) {
    if (name < 1 << 14) {
      all |= (two | bytes << 16) << 16;
      count += 4;
    } else if (name < 1 << 21) {
      all |= (two | 0x8000 | name >> 14 << 16 | bytes << 24) << 16;
      count += 5;
    } else {
      all |= (two | 0x808000 | (name & 0x1FC000) << 2 | (uint64_t)(name >> 21) << 24 | bytes << 32) << 16;
      count += 6;
    }
    __builtin_memcpy(at, &all, sizeof all);
    at += count;
  } else {
    *at++ = operation;
    at = lc_put(at, passed);
    at = lc_put(at, (uint64_t)object + 1);
    __builtin_memcpy(at, &bytes, sizeof bytes);
    at += count;
  }
  thread->last = stamp;
  writer->previous = stamp;
  writer->cursor = at;
  writer->chunk_events++;
  lc_commit(writer->chunk, (uint32_t)(at - writer->chunk - LC_CHUNK_HEADER));
}

#endif
