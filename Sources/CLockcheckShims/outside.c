#define _GNU_SOURCE
#include "lc_outside.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lc_futex.h"

uint32_t lc_outside_wakes = 0;
static uint32_t waiting = 0;

void lc_outside_wake(void) {
  __atomic_fetch_add(&lc_outside_wakes, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) == 0) return;
  int saved = errno;
  syscall(SYS_futex, &lc_outside_wakes, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, (void *)0, (void *)0, 0);
  errno = saved;
}

void lc_await_outside(uint32_t seen, int64_t nanoseconds) {
  __atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
  lc_futex_wait(&lc_outside_wakes, seen, lc_monotonic_now() + nanoseconds);
  __atomic_fetch_sub(&waiting, 1, __ATOMIC_SEQ_CST);
}

// A bit for each number that the kernel may give a thread.
#define MOST_THREADS (1u << 22)
static uint64_t own[MOST_THREADS / 64];

void lc_set_own_thread(bool is_own) {
  uint32_t number = lc_thread_number() % MOST_THREADS;
  uint64_t bit = 1ull << (number & 63);
  if (is_own)
    __atomic_fetch_or(&own[number >> 6], bit, __ATOMIC_RELAXED);
  else
    __atomic_fetch_and(&own[number >> 6], ~bit, __ATOMIC_RELAXED);
}

static bool is_own(uint32_t number) {
  number %= MOST_THREADS;
  return (__atomic_load_n(&own[number >> 6], __ATOMIC_RELAXED) >> (number & 63)) & 1;
}

typedef struct thread_state {
  char name[16];
  char state;
  uint64_t birth;
} thread_state;

// The 2nd, 3rd and 22nd field of `/proc/self/task/N/stat`.
static bool read_thread(uint32_t number, thread_state *thread) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/self/task/%u/stat", number);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return false;
  text[length] = 0;
  // The name, which may have any byte in it, stands in parentheses before the state.
  const char *end = strrchr(text, ')');
  if (end == 0 || end[1] != ' ') return false;
  const char *start = strchr(text, '(');
  size_t size = start != 0 && start < end ? (size_t)(end - start - 1) : 0;
  if (size >= sizeof thread->name) size = sizeof thread->name - 1;
  if (size > 0) memcpy(thread->name, start + 1, size);
  thread->name[size] = 0;
  thread->state = end[2];
  const char *field = end + 2;
  for (int i = 3; i < 22; i++) {
    field = strchr(field, ' ');
    if (field == 0) return false;
    field++;
  }
  thread->birth = strtoull(field, 0, 10);
  return true;
}

// What threads are called that Dispatch starts for the sake of a probe.
static const char probe_name[] = "lockcheck probe";

static bool is_called(const thread_state *thread, const char *name) {
  return name != 0 ? strcmp(thread->name, name) == 0 : strcmp(thread->name, probe_name) != 0;
}

// A word of Dispatch's own, which its threads without work sleep on.
static bool is_of_dispatch(uintptr_t address) {
  Dl_info found;
  return dladdr((void *)address, &found) != 0 && found.dli_fname != 0 && strstr(found.dli_fname, "libdispatch") != 0;
}

// Whether a thread that sleeps may go on although no other thread of the process does anything: it sleeps until a
// time comes, or for the kernel to bring something. Not where only a thread can wake it.
static bool goes_on_by_itself(uint32_t number) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/self/task/%u/syscall", number);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return true;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return true;
  text[length] = 0;
  long call = -1;
  unsigned long long arguments[6] = {0};
  int count = sscanf(
      text, "%ld %llx %llx %llx %llx %llx %llx", &call, &arguments[0], &arguments[1], &arguments[2], &arguments[3],
      &arguments[4], &arguments[5]);
  if (count != 7) return true;
  switch (call) {
  case SYS_futex: {
    int operation = (int)arguments[1] & FUTEX_CMD_MASK;
    bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI;
    bool is_private = (arguments[1] & FUTEX_PRIVATE_FLAG) != 0;
    if (waits && is_private && arguments[3] == 0) return false;
    return !is_of_dispatch((uintptr_t)arguments[0]);
  }
#ifdef SYS_pause
  case SYS_pause:
#endif
  case SYS_rt_sigsuspend: return false;
  default: return true;
  }
}

// Looks once, and gives what the numbers of the threads come to; false where the list broke off, as it does
// when the thread ends that is being read.
static bool look_outside(const char *name, uint64_t since, int *result, uint32_t *bystanders, uint64_t *numbers) {
  DIR *tasks = opendir("/proc/self/task");
  if (tasks == 0) return true;
  int found = 0;
  nlink_t seen = 0;
  *bystanders = 0;
  for (struct dirent *entry; (entry = readdir(tasks)) != 0;) {
    uint32_t number = (uint32_t)strtoul(entry->d_name, 0, 10);
    thread_state thread;
    if (number != 0) seen++;
    *numbers += (number + 1) * 0x9E3779B97F4A7C15u;
    if (number == 0 || is_own(number) || !read_thread(number, &thread)) continue;
    if (thread.state == 'Z' || thread.state == 'X') continue;
    bool runs = thread.state == 'R' || thread.state == 'D';
    if (runs) found |= LC_OUTSIDE_RUNS;
    if (runs || goes_on_by_itself(number)) (*bystanders)++;
    if (thread.birth >= since && is_called(&thread, name))
      found |= LC_OUTSIDE_BORN;
  }
  // A folder has a link for itself, one for its entry above, and one for each folder in it.
  struct stat folder;
  bool is_whole = fstat(dirfd(tasks), &folder) != 0 || seen + 2 >= folder.st_nlink;
  closedir(tasks);
  *result |= found;
  return is_whole;
}

int lc_look_outside(const char *name, uint64_t since, uint32_t *bystanders) {
  int found = 0;
  uint64_t before = 0;
  // Where one thread ends while another is made, the list may be short of a third: so it is read until it is
  // the same twice in a row.
  for (int tries = 0; tries < 100; tries++) {
    uint64_t numbers = 0;
    bool is_whole = look_outside(name, since, &found, bystanders, &numbers);
    if (found & LC_OUTSIDE_BORN || (is_whole && numbers == before)) return found;
    before = is_whole ? numbers : 0;
  }
  return found | LC_OUTSIDE_RUNS;
}

struct lc_probe {
  uint32_t left;
  uint32_t users;
};

// Dispatch may not be there.
extern void *dispatch_get_global_queue(intptr_t, uintptr_t) __attribute__((weak));
extern void dispatch_async_f(void *, void *, void (*)(void *)) __attribute__((weak));

static void run_probe(void *context) {
  lc_probe *probe = context;
  __atomic_fetch_sub(&probe->left, 1, __ATOMIC_RELEASE);
  lc_outside_wake();
  lc_probe_end(probe);
}

lc_probe *lc_probe_begin(void) {
  if (dispatch_get_global_queue == 0 || dispatch_async_f == 0) return 0;
  // As `qos_class_t` counts: those that Dispatch has threads for.
  static const intptr_t classes[] = {0x21, 0x19, 0x15, 0x11, 0x09};
  enum { count = sizeof classes / sizeof classes[0] };
  lc_probe *probe = malloc(sizeof *probe);
  if (probe == 0) return 0;
  *probe = (lc_probe){.left = count, .users = count + 1};
  // A thread that Dispatch starts here is nobody's helper.
  char name[16];
  prctl(PR_GET_NAME, name, 0, 0, 0);
  lc_name_this_thread(probe_name);
  for (int i = 0; i < count; i++) dispatch_async_f(dispatch_get_global_queue(classes[i], 0), probe, run_probe);
  lc_name_this_thread(name);
  return probe;
}

bool lc_probe_is_over(lc_probe *probe) { return __atomic_load_n(&probe->left, __ATOMIC_ACQUIRE) == 0; }

void lc_probe_end(lc_probe *probe) {
  if (__atomic_fetch_sub(&probe->users, 1, __ATOMIC_ACQ_REL) == 1) free(probe);
}

uint64_t lc_boot_ticks(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
  return (uint64_t)now.tv_sec * ticks + (uint64_t)now.tv_nsec * ticks / 1000000000;
}
