#define _GNU_SOURCE
#include "lc_thread.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lc_clock.h"
#include "lc_file.h"
#include "lc_system.h"

uint8_t lc_modes = 0;
uint8_t lc_environment_read = 0;
uint32_t lc_task_recordings = 0;
lc_session *lc_shared_session = 0;
lc_session *(*lc_task_session)(void) = 0;
lc_session *lc_sessions = 0;
lc_thread *lc_threads = 0;
uint8_t lc_needs_fence = 1;
void (*lc_thread_ends)(lc_thread *) = 0;
void (*lc_thread_will_end)(void) = 0;

__thread lc_thread *lc_self __attribute__((tls_model("initial-exec"))) = 0;

static lc_writer *free_writers = 0;
static uint32_t last_thread = 0, last_object = 0;
static uint32_t lock_word = 0, live_lock_word = 0;
static pthread_key_t key;
/// Stands for a thread whose structure is being made, or that has ended: whatever a signal handler or a late
/// destructor records meanwhile is left out.
static lc_thread making = {.busy = 1};

uint32_t lc_next_thread_number(void) {
  return __atomic_add_fetch(&last_thread, 1, __ATOMIC_RELAXED);
}
uint32_t lc_next_object_number(void) {
  return __atomic_add_fetch(&last_object, 1, __ATOMIC_RELAXED);
}

uint32_t lc_next_object_numbers(uint32_t count) {
  uint32_t known = __atomic_load_n(&last_object, __ATOMIC_RELAXED), first;
  do {
    if (known > UINT32_MAX / 2 - count) return 0;
    first = (known + 8) & ~7u;
  } while (!__atomic_compare_exchange_n(
      &last_object, &known, first + count - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return first;
}

// Drepper, "Futexes are tricky", the second mutex: 0 free, 1 held, 2 held and waited for. No
// pthread_mutex, which the child of a fork could not put right.
static void take(uint32_t *lock) {
  uint32_t word = 0;
  if (__atomic_compare_exchange_n(lock, &word, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return;
  if (word != 2) word = __atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE);
  while (word != 0) {
    syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, 2, (void *)0, (void *)0, 0);
    word = __atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE);
  }
}

static void give_back(uint32_t *lock) {
  if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2)
    syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, (void *)0, (void *)0, 0);
}

/// What the holder of each lock blocked before it took it, and whether it could be cancelled.
static __thread sigset_t signals_before __attribute__((tls_model("initial-exec")));
static __thread sigset_t signals_before_live __attribute__((tls_model("initial-exec")));
static __thread int cancelling_before __attribute__((tls_model("initial-exec")));

/// Keeps signal handlers off this thread. Those of a crash stay: blocked, they would end the process
/// without a word.
static void block_signals(sigset_t *before) {
  static const int of_crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t set;
  sigfillset(&set);
  for (size_t i = 0; i < sizeof of_crashes / sizeof *of_crashes; i++) sigdelset(&set, of_crashes[i]);
  pthread_sigmask(SIG_BLOCK, &set, before);
}

// No signal handler runs on the thread that holds it: the handler might wait for a lock of the
// program's, whose holder waits here. Nor is it cancelled when it writes to the file.
void lc_lock(void) {
  sigset_t before;
  int cancelling;
  block_signals(&before);
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelling);
  take(&lock_word);
  signals_before = before;
  cancelling_before = cancelling;
}

void lc_unlock(void) {
  sigset_t before = signals_before;
  int cancelling = cancelling_before;
  give_back(&lock_word);
  pthread_setcancelstate(cancelling, &cancelling);
  pthread_sigmask(SIG_SETMASK, &before, 0);
}

void lc_live_lock(void) {
  sigset_t before;
  block_signals(&before);
  take(&live_lock_word);
  signals_before_live = before;
}

void lc_live_unlock(void) {
  sigset_t before = signals_before_live;
  give_back(&live_lock_word);
  pthread_sigmask(SIG_SETMASK, &before, 0);
}

bool lc_bits_insert(lc_bits *bits, uint32_t number) {
  uint64_t **slot = &bits->blocks[number >> 16];
  uint64_t *block = *slot;
  if (block == 0) {
    block = lc_map_memory(65536 / 8);
    if (block == 0) return false;
    __atomic_store_n(slot, block, __ATOMIC_RELEASE);
    if (bits->end <= number >> 16) bits->end = (number >> 16) + 1;
  }
  __atomic_fetch_or(
      &block[(number & 0xffff) >> 6], (uint64_t)1 << (number & 63), __ATOMIC_RELEASE);
  return true;
}

void lc_bits_clear(lc_bits *bits) {
  for (size_t i = 0; i < bits->end; i++)
    if (bits->blocks[i] != 0) lc_unmap(bits->blocks[i], 65536 / 8);
}

/// Memory for structures that are never given back; under the lock.
static void *carve(size_t bytes) {
  static uint8_t *at = 0, *end = 0;
  bytes = (bytes + 63) & ~(size_t)63;
  if (at == 0 || (size_t)(end - at) < bytes) {
    at = lc_map_memory(1 << 16);
    if (at == 0) return 0;
    end = at + (1 << 16);
  }
  void *result = at;
  at += bytes;
  return result;
}

/// A structure that no thread has any more; null where there is none. It takes no lock, which costs two system
/// calls: explored schedules have threads that begin and end by the ten thousands.
static lc_thread *claim(void) {
  lc_thread *thread = __atomic_load_n(&lc_threads, __ATOMIC_ACQUIRE);
  for (; thread != 0; thread = thread->next) {
    uint32_t unused = 0;
    if (__atomic_load_n(&thread->in_use, __ATOMIC_RELAXED) == 0 &&
        __atomic_compare_exchange_n(
            &thread->in_use, &unused, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      return thread;
  }
  return 0;
}

static lc_thread *make_thread(void) {
  lc_lock();
  lc_thread *thread = carve(sizeof *thread);
  if (thread != 0) {
    thread->in_use = 1;
    thread->next = lc_threads;
    __atomic_store_n(&lc_threads, thread, __ATOMIC_RELEASE);
  }
  lc_unlock();
  return thread;
}

static lc_thread *attach(bool takes_name) {
  lc_prepare();
  lc_thread *thread = lc_self;
  if (thread == &making) return 0;
  if (thread != 0) return thread;
  lc_self = &making;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread = claim();
  if (thread == 0) thread = make_thread();
  if (thread != 0) {
    thread->number = lc_next_thread_number();
    __atomic_store_n(&thread->system, 0, __ATOMIC_RELAXED);
    thread->last = 0;
    thread->epoch++;
    thread->writer = 0;
    thread->writers = 0;
    thread->scope = 0;
    thread->stack_low = thread->stack_high = 0;
    thread->rounds = 0;
    thread->identity = 0;
    // Looked at first: new memory stays untouched until a stack is remembered in it.
    for (size_t i = 0; i < LC_REMEMBERED; i++)
      if (thread->remembered[i].session != 0) thread->remembered[i].session = 0;
    thread->kind[0] = 0;
    thread->name[0] = 0;
    if (takes_name) lc_thread_system_name(thread->name, sizeof thread->name);
    pthread_setspecific(key, thread);
  }
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  lc_self = thread;
  return thread;
}

uint32_t lc_thread_of_system(uint32_t number) {
  for (lc_thread *thread = lc_first_thread(); thread != 0; thread = thread->next)
    if (__atomic_load_n(&thread->system, __ATOMIC_ACQUIRE) == number &&
        __atomic_load_n(&thread->in_use, __ATOMIC_ACQUIRE) != 0)
      return thread->number;
  return 0;
}

lc_thread *lc_attach(void) { return attach(true); }
lc_thread *lc_attach_nameless(void) { return attach(false); }

/// Gives the structure back; `rest` stands for the thread from then on.
static void detach(lc_thread *rest) {
  lc_thread *thread = lc_self;
  if (thread == 0 || thread == &making) return;
  lc_self = &making;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  pthread_setspecific(key, 0);
  // Nobody but the thread itself gives it a writer.
  if (thread->writers != 0) {
    lc_lock();
    lc_writers_prune(thread, true);
    lc_unlock();
  }
  thread->writer = 0;
  __atomic_store_n(&thread->in_use, 0, __ATOMIC_RELEASE);
  lc_self = rest;
}

void lc_detach(void) { detach(0); }

/// As much of a text as fits, cut at the edge of a character.
static void copy_text(char *target, size_t size, const uint8_t *text, size_t length) {
  if (length >= size) {
    length = size - 1;
    while (length > 0 && (text[length] & 0xC0) == 0x80) length--;
  }
  if (length > 0) memcpy(target, text, length);
  target[length] = 0;
}

void lc_set_thread_name(lc_thread *thread, const uint8_t *text, size_t length) {
  copy_text(thread->name, sizeof thread->name, text, length);
}
void lc_set_thread_kind(lc_thread *thread, const uint8_t *text, size_t length) {
  copy_text(thread->kind, sizeof thread->kind, text, length);
}

void lc_take_system_name(lc_thread *thread) {
  lc_thread_system_name(thread->name, sizeof thread->name);
}

lc_writer *lc_writer_make(lc_thread *thread, lc_session *session) {
  lc_writers_prune(thread, false);
  lc_writer *writer = free_writers;
  if (writer != 0)
    free_writers = writer->next;
  else if ((writer = carve(sizeof *writer)) == 0)
    return 0;
  memset(writer, 0, sizeof *writer);
  writer->session = session;
  writer->next = thread->writers;
  thread->writers = writer;
  return writer;
}

void lc_writers_prune(lc_thread *thread, bool all) {
  thread->writer = 0;
  for (lc_writer **link = &thread->writers; *link != 0;) {
    lc_writer *writer = *link;
    if (all || writer->session == 0) {
      *link = writer->next;
      writer->next = free_writers;
      free_writers = writer;
    } else {
      link = &writer->next;
    }
  }
}

lc_session *lc_session_make(void) {
  static uint32_t count = 0;
  lc_session *session = carve(sizeof *session);
  if (session == 0) return 0;
  session->number = ++count;
  session->next = lc_sessions;
  lc_sessions = session;
  return session;
}

void lc_sessions_changed(void) {
  bool is_on = false;
  for (lc_session *session = lc_sessions; session != 0; session = session->next)
    if (session->active) is_on = true;
  lc_set_mode(LC_RECORDING, is_on);
}

bool lc_quiesce(uint32_t milliseconds) {
  if (lc_needs_fence)
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  else
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  uint64_t end = lc_nanoseconds() + (uint64_t)milliseconds * 1000000u;
  lc_thread *thread = __atomic_load_n(&lc_threads, __ATOMIC_ACQUIRE);
  for (; thread != 0; thread = thread->next) {
    if (thread == lc_self) continue;
    while (__atomic_load_n(&thread->busy, __ATOMIC_ACQUIRE) != 0) {
      if (lc_nanoseconds() > end) return false;
      sched_yield();
    }
  }
  return true;
}

/// The first rounds are left to the destructors of others, which may still record.
static void thread_ends(void *argument) {
  lc_thread *thread = argument;
  if (lc_self != thread) return;
  if (++thread->rounds < 4) {
    pthread_setspecific(key, thread);
    return;
  }
  if (lc_thread_ends != 0) lc_thread_ends(thread);
  // What others' destructors do even later in this last round would count as another thread's.
  detach(&making);
}

static __thread uint8_t fork_holds_lock = 0;

static void before_fork(void) {
  lc_thread *thread = lc_self;
  // A handler that forks while this thread is in the recorder: its lock may be the thread's own.
  if (thread != 0 && thread->busy) return;
  if (thread != 0) thread->busy = 1;
  fork_holds_lock = 1;
  lc_lock();
}

static void after_fork_in_parent(void) {
  if (!fork_holds_lock) return;
  fork_holds_lock = 0;
  lc_unlock();
  if (lc_self != 0) lc_self->busy = 0;
}

// The child is another process: it has one thread, none of the mappings, and must leave the file
// alone, at its exit too.
static void after_fork_in_child(void) {
  __atomic_store_n(&lock_word, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&live_lock_word, 0, __ATOMIC_RELAXED);
  lc_modes = 0;
  lc_shared_session = 0;
  lc_task_recordings = 0;
  for (lc_session *session = lc_sessions; session != 0; session = session->next) {
    session->active = 0;
    if (session->trace != 0) lc_file_abandon(session->trace);
    session->trace = 0;
    session->header = 0;
  }
  for (lc_thread *thread = lc_threads; thread != 0; thread = thread->next) {
    thread->writer = 0;
    thread->writers = 0;
    thread->scope = 0;
    thread->busy = 0;
    thread->system = 0;
    thread->in_use = thread == lc_self;
  }
  // Last: a signal may come now.
  if (fork_holds_lock) {
    int state;
    pthread_setcancelstate(cancelling_before, &state);
    pthread_sigmask(SIG_SETMASK, &signals_before, 0);
  }
  fork_holds_lock = 0;
}

void lc_prepare_for_forks(void) {
  static uint32_t done = 0;
  if (__atomic_exchange_n(&done, 1, __ATOMIC_ACQ_REL)) return;
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

void lc_prepare(void) {
  static uint32_t done = 0;
  if (__atomic_load_n(&done, __ATOMIC_ACQUIRE)) return;
  lc_prepare_for_forks();
  lc_lock();
  if (!done) {
    lc_clock_prepare();
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0)
      lc_needs_fence = 0;
    pthread_key_create(&key, thread_ends);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
  }
  lc_unlock();
}
