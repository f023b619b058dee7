#ifndef LC_THREAD_H
#define LC_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lc_file.h"

/// The deepest stack that can be asked for.
#define LC_MAX_DEPTH 128
/// Room for the deepest stack and the recorder's own frames.
#define LC_SCRATCH 160

/// A set of numbers in two levels: blocks of 65,536 bits, mapped when first needed.
typedef struct lc_bits {
  uint64_t *blocks[65536];
  /// One more than the highest block that was ever mapped; under the recorder's lock.
  size_t end;
} lc_bits;

/// One recording. Lives as long as the process, so that a thread may look at it at any time; what it
/// points to goes when the recording has stopped and no thread is in the middle of an event.
typedef struct lc_session {
  uint32_t active;
  uint32_t number;
  uint32_t stacks;
  uint32_t depth;
  uint32_t is_full;
  lc_bits *written_stacks;
  lc_bits *written_objects;
  lc_bits *written_threads;
  void *file;
  /// Its file, for the child of a fork to let go of.
  lc_file *trace;
  uint8_t *header;
  uint64_t events;
  uint32_t threads;
  uint64_t nested_before;
  struct lc_session *next;
} lc_session;

/// Where one thread appends the events of one recording.
typedef struct lc_writer {
  uint8_t *cursor;
  uint8_t *limit;
  uint8_t *chunk;
  uint64_t previous;
  lc_session *session;
  uint64_t events;
  uint32_t chunk_events;
  uint32_t sequence;
  uint32_t units;
  /// Where the chunk stands in the file.
  uint64_t offset;
  struct lc_writer *next;
} lc_writer;

/// How many stacks a thread remembers, as a power of two, and how deep one of them may be. Servers lock at
/// dozens of places in turn; where one is forgotten meanwhile, an event costs twenty times as much.
#define LC_REMEMBERED_BITS 6
#define LC_REMEMBERED (1 << LC_REMEMBERED_BITS)
#define LC_REMEMBERED_DEPTH 32
/// How many of those that were unwound may begin alike, as a power of two.
#define LC_UNWOUND_WAY_BITS 2
#define LC_UNWOUND_WAYS (1 << LC_UNWOUND_WAY_BITS)

/// A stack that the thread has had before: where its frames lie, what stands in them, and its number.
typedef struct lc_remembered {
  uint32_t session;
  uint32_t number;
  uint32_t count;
  /// Whether the walk ended at a frame that returns nowhere, the one after the last.
  uint32_t has_terminator;
  uintptr_t frames[LC_REMEMBERED_DEPTH + 1];
  uintptr_t addresses[LC_REMEMBERED_DEPTH];
} lc_remembered;

/// What the recorder knows about one thread. The memory is reused for other threads and never given
/// back, so that a pointer to it can always be followed.
typedef struct lc_thread {
  uint32_t busy;
  uint32_t number;
  /// The kernel's number of it; 0 where nobody has noted that.
  uint32_t system;
  uint64_t last;
  /// Counts what it did but for plain accesses: between two counts, an access that is repeated says
  /// nothing new.
  uint32_t epoch;
  lc_writer *writer;
  lc_session *scope;
  uintptr_t stack_low;
  uintptr_t stack_high;
  lc_writer *writers;
  uint64_t nested;
  uint32_t in_use;
  uint32_t rounds;
  char name[64];
  char kind[16];
  /// What its end is told to, if anybody wants to know.
  void *identity;
  struct lc_thread *next;
  /// Room for one capture.
  uintptr_t addresses[LC_SCRATCH];
  lc_remembered remembered[LC_REMEMBERED];
} lc_thread;

/// What is asked of every operation: 0 is nothing, so that one load of one byte answers it.
extern uint8_t lc_modes;
/// The bit of `lc_modes` that is set while any recording runs.
#define LC_RECORDING 1
/// The bit of `lc_modes` that is set while threads are checked as they run.
#define LC_CHECKING 2
/// The bit of `lc_modes` that is set while any thread runs under a scheduler.
#define LC_CONTROLLED 4
/// 1 once the environment has been looked at.
extern uint8_t lc_environment_read;
/// How many recordings are in force for tasks.
extern uint32_t lc_task_recordings;
/// The recording of all threads that have no other.
extern lc_session *lc_shared_session;
/// Every recording of the process.
extern lc_session *lc_sessions;
/// Every thread the recorder ever met.
extern lc_thread *lc_threads;
/// Whether a thread has to publish its busy flag itself, for want of membarrier.
extern uint8_t lc_needs_fence;

extern __thread lc_thread *lc_self __attribute__((tls_model("initial-exec")));

/// Whether anything is asked of an operation: one relaxed load.
static inline bool lc_is_on(void) { return __atomic_load_n(&lc_modes, __ATOMIC_RELAXED) != 0; }

/// Whether any recording runs: one relaxed load.
static inline bool lc_is_recording(void) {
  return (__atomic_load_n(&lc_modes, __ATOMIC_RELAXED) & LC_RECORDING) != 0;
}

/// Whether threads are checked as they run: one relaxed load.
static inline bool lc_is_checking(void) {
  return (__atomic_load_n(&lc_modes, __ATOMIC_RELAXED) & LC_CHECKING) != 0;
}

/// Turns a mode on or off.
static inline void lc_set_mode(uint8_t mode, bool is_on) {
  if (is_on)
    __atomic_fetch_or(&lc_modes, mode, __ATOMIC_RELEASE);
  else
    __atomic_fetch_and(&lc_modes, (uint8_t)~mode, __ATOMIC_RELEASE);
}

static inline bool lc_is_environment_read(void) {
  return __atomic_load_n(&lc_environment_read, __ATOMIC_ACQUIRE) != 0;
}

static inline lc_thread *lc_current(void) { return lc_self; }

/// Enters the recorder on this thread; false where the thread is in it already, as in a signal
/// handler that interrupted it.
static inline bool lc_enter(lc_thread *thread) {
  if (__builtin_expect(thread->busy != 0, 0)) {
    __atomic_fetch_add(&thread->nested, 1, __ATOMIC_RELAXED);
    return false;
  }
  __atomic_store_n(&thread->busy, 1, __ATOMIC_RELAXED);
  // Against `lc_quiesce`: it stores `active`, then reads `busy`; this stores `busy`, then reads
  // `active`. The fence between the two is on its side, as membarrier, where that exists.
  if (__builtin_expect(lc_needs_fence, 0))
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  else
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
  return true;
}

/// Takes back that the thread has left the recorder.
static inline void lc_reenter(lc_thread *thread) {
  __atomic_store_n(&thread->busy, 1, __ATOMIC_RELAXED);
}

/// Leaves the recorder on this thread.
static inline void lc_leave(lc_thread *thread) {
  __atomic_store_n(&thread->busy, 0, __ATOMIC_RELEASE);
}

static inline bool lc_session_is_active(lc_session *session) {
  return __atomic_load_n(&session->active, __ATOMIC_ACQUIRE) != 0;
}

static inline lc_session *lc_get_shared_session(void) {
  return __atomic_load_n(&lc_shared_session, __ATOMIC_ACQUIRE);
}

/// Tells the recording of the current task; set by whoever counts the first one.
extern lc_session *(*lc_task_session)(void);
static inline void lc_set_task_session(lc_session *(*session)(void)) {
  __atomic_store_n(&lc_task_session, session, __ATOMIC_RELEASE);
}
/// The recording of the current task. Only where there are any.
static inline lc_session *lc_recording_of_task(void) { return lc_task_session(); }

static inline bool lc_has_task_recordings(void) {
  return __atomic_load_n(&lc_task_recordings, __ATOMIC_RELAXED) != 0;
}

/// Whether the set has the number.
static inline bool lc_bits_contain(lc_bits *bits, uint32_t number) {
  uint64_t *block = __atomic_load_n(&bits->blocks[number >> 16], __ATOMIC_ACQUIRE);
  if (block == 0) return false;
  uint64_t word = __atomic_load_n(&block[(number & 0xffff) >> 6], __ATOMIC_ACQUIRE);
  return (word >> (number & 63)) & 1;
}

/// Puts the number into the set; false where there is no memory for it. Under the recorder's lock.
bool lc_bits_insert(lc_bits *bits, uint32_t number);

/// Empties the set and gives its blocks back.
void lc_bits_clear(lc_bits *bits);

/// Lets readers of the file see the bytes before `committed`.
static inline void lc_commit(uint8_t *chunk, uint32_t committed) {
  __atomic_store_n((uint32_t *)(chunk + 24), committed, __ATOMIC_RELEASE);
}

/// Makes a chunk's header valid, after the rest of it.
static inline void lc_publish(uint8_t *chunk, uint32_t magic) {
  __atomic_store_n((uint32_t *)chunk, magic, __ATOMIC_RELEASE);
}

/// Makes a chunk's header invalid, before any of it is changed.
static inline void lc_retract(uint8_t *chunk) {
  __atomic_store_n((uint32_t *)chunk, 0, __ATOMIC_RELEASE);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/// Says that the chunk is complete and its checksum stands.
static inline void lc_seal(uint8_t *chunk) {
  __atomic_store_n(chunk + 5, (uint8_t)1, __ATOMIC_RELEASE);
}

/// Notes in the file's header that an event with this stamp found no room.
static inline void lc_note_loss(uint8_t *header, uint64_t stamp) {
  uint64_t *first = (uint64_t *)(header + 64);
  uint64_t known = __atomic_load_n(first, __ATOMIC_RELAXED);
  while (stamp < known && !__atomic_compare_exchange_n(
                              first, &known, stamp, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {}
  __atomic_fetch_add((uint64_t *)(header + 72), 1, __ATOMIC_RELAXED);
}

/// Notes in the file's header that events up to this stamp are given up, before they are. Under the recorder's lock.
static inline void lc_note_dropped(uint8_t *header, uint64_t stamp, uint64_t events, uint64_t bytes) {
  uint64_t *until = (uint64_t *)(header + 104);
  if (stamp > *until) __atomic_store_n(until, stamp, __ATOMIC_RELEASE);
  __atomic_fetch_add((uint64_t *)(header + 112), events, __ATOMIC_RELEASE);
  __atomic_fetch_add((uint64_t *)(header + 120), bytes, __ATOMIC_RELEASE);
}

/// Counts a thread's events as its recording's.
static inline void lc_add_events(lc_session *session, uint64_t events) {
  __atomic_fetch_add(&session->events, events, __ATOMIC_RELAXED);
  __atomic_fetch_add(&session->threads, 1, __ATOMIC_RELAXED);
}

static inline uintptr_t *lc_scratch(lc_thread *thread) { return thread->addresses; }
static inline const char *lc_thread_name(lc_thread *thread) { return thread->name; }
static inline const char *lc_thread_kind(lc_thread *thread) { return thread->kind; }

/// Makes the thread the one with this number, recording into `scope`.
static inline void lc_take_identity(lc_thread *thread, uint32_t number, lc_session *scope) {
  thread->number = number;
  thread->scope = scope;
}

/// Notes the kernel's number of the calling thread.
static inline void lc_note_system_thread(uint32_t number) {
  if (lc_self != 0) __atomic_store_n(&lc_self->system, number, __ATOMIC_RELEASE);
}
/// The number of the thread that the kernel knows by this one; 0 where none is known. Linear in threads.
uint32_t lc_thread_of_system(uint32_t number);

void lc_set_thread_name(lc_thread *thread, const uint8_t *text, size_t length);
/// The name that the system knows the calling thread by becomes its name.
void lc_take_system_name(lc_thread *thread);
void lc_set_thread_kind(lc_thread *thread, const uint8_t *text, size_t length);

/// Counts the recordings in force for tasks.
static inline void lc_count_task_recordings(int32_t change) {
  uint32_t known = __atomic_load_n(&lc_task_recordings, __ATOMIC_RELAXED);
  // The child of a fork starts again from 0, and must not go below.
  do {
    if (change < 0 && known == 0) return;
  } while (!__atomic_compare_exchange_n(&lc_task_recordings, &known, known + (uint32_t)change,
                                        true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

static inline void lc_set_active(lc_session *session, uint32_t active) {
  __atomic_store_n(&session->active, active, __ATOMIC_RELEASE);
}
static inline void lc_set_shared_session(lc_session *session) {
  __atomic_store_n(&lc_shared_session, session, __ATOMIC_RELEASE);
}
static inline void lc_set_environment_read(void) {
  __atomic_store_n(&lc_environment_read, 1, __ATOMIC_RELEASE);
}
static inline lc_thread *lc_first_thread(void) {
  return __atomic_load_n(&lc_threads, __ATOMIC_ACQUIRE);
}

/// The structure for the calling thread, made if there is none; null in a signal handler that
/// interrupted its making, or without memory.
lc_thread *lc_attach(void);
/// As `lc_attach`, for a caller that names the thread itself.
lc_thread *lc_attach_nameless(void);
/// Gives the structure of the calling thread back. Its writers must have been closed.
void lc_detach(void);
/// A writer for the calling thread; under the recorder's lock. Null without memory.
lc_writer *lc_writer_make(lc_thread *thread, lc_session *session);
/// Takes the writers of `thread` whose recording is over, or all of them, from its list.
void lc_writers_prune(lc_thread *thread, bool all);
/// A new recording, known to `fork`. Under the recorder's lock.
lc_session *lc_session_make(void);
/// Recounts the recordings, for `lc_modes`. Under the recorder's lock.
void lc_sessions_changed(void);

/// The next number for a thread or for an object, from 1.
uint32_t lc_next_thread_number(void);
uint32_t lc_next_object_number(void);
/// The first of `count` object numbers that follow each other, a multiple of 8; 0 when there are no more.
uint32_t lc_next_object_numbers(uint32_t count);

/// Has every thread begin another epoch: whatever access it repeats is recorded again.
static inline void lc_begin_epochs(void) {
  for (lc_thread *thread = lc_first_thread(); thread != 0; thread = thread->next)
    __atomic_fetch_add(&thread->epoch, 1, __ATOMIC_ACQ_REL);
}

/// The recorder's one lock, for rare paths. A thread that takes it is busy.
void lc_lock(void);
void lc_unlock(void);
/// The one lock of the live checks, for rare paths. Whoever holds it may take the recorder's, and not
/// the other way round.
void lc_live_lock(void);
void lc_live_unlock(void);

/// Waits until no thread but the calling one is in the middle of an event that it began before.
///
/// Returns whether all were out within `milliseconds`.
bool lc_quiesce(uint32_t milliseconds);

/// Called with the structure of a thread that ends without having said so.
extern void (*lc_thread_ends)(lc_thread *);
static inline void lc_set_thread_ends(void (*handler)(lc_thread *)) { lc_thread_ends = handler; }
/// Called by such a thread before, while it can still record.
extern void (*lc_thread_will_end)(void);
static inline void lc_set_thread_will_end(void (*handler)(void)) { lc_thread_will_end = handler; }
static inline void lc_announce_thread_end(void) {
  if (lc_thread_will_end != 0) lc_thread_will_end();
}
/// Installs the fork handlers, once.
void lc_prepare_for_forks(void);
/// Installs them and the thread key. Once.
void lc_prepare(void);

#endif
