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

/// Writes a number of seven bits a byte. May write zeros behind it, four bytes in all.
static inline uint8_t *lc_put(uint8_t *at, uint64_t value) {
  if (value < 1 << 28) {
    uint32_t v = (uint32_t)value, more = (31 - (uint32_t)__builtin_clz(v | 1)) / 7;
    uint32_t groups = (v & 0x7F) | (v & 0x3F80) << 1 | (v & 0x1FC000) << 2 | (v & 0xFE00000) << 3;
    groups |= 0x808080 & ((1u << 8 * more) - 1);
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

/// Appends a plain access where there is room. The stamp is after the thread's last; stack 0 is none.
static inline void lc_append_access(
    lc_thread *thread, lc_writer *writer, uint8_t operation, uint64_t stamp, uint32_t object,
    uint32_t stack) {
  uint8_t *at = writer->cursor;
  *at++ = operation;
  at = lc_put(at, stamp - writer->previous);
  at = lc_put(at, (uint64_t)object + 1);
  at = lc_put(at, stack == 0 ? 0 : (uint64_t)stack + 1);
  thread->last = stamp;
  writer->previous = stamp;
  writer->cursor = at;
  writer->chunk_events++;
  lc_commit(writer->chunk, (uint32_t)(at - writer->chunk - LC_CHUNK_HEADER));
}

#endif
