#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_interpose.h"
#include "lc_system.h"

lc_real_functions lc_reals;
__thread int lc_tid __attribute__((tls_model("initial-exec"))) = 0;

static __thread bool is_resolving __attribute__((tls_model("initial-exec"))) = false;

/// As the linker binds it today: some functions have an older form of the same name, which some versions
/// of `dlsym` prefer.
static void *find(const char *name) {
#if defined(__x86_64__)
  if (strncmp(name, "pthread_cond_", 13) == 0) {
    void *found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
    if (found != 0) return found;
  }
#endif
  return dlsym(RTLD_NEXT, name);
}

// Stores the same values whoever comes first, so no lock is needed.
void lc_resolve_reals(void) {
  if (is_resolving) return;
  is_resolving = true;
#define X(result, name, parameters, arguments)                                 \
  {                                                                            \
    void *found = find(#name);                                                 \
    __atomic_store_n((void **)&lc_reals.name, found, __ATOMIC_RELEASE);        \
  }
  LC_REAL_FUNCTIONS(X)
#undef X
  // What was not found is none of the program's business.
  dlerror();
  is_resolving = false;
}

/// Takes no lock, so that it can be asked in the middle of anything. Where the C library is too old to have
/// it, the locks of `libgcc_s` are recorded too.
extern int _dl_find_object(void *address, struct dl_find_object *found) __attribute__((weak));

bool lc_is_of_unwinders(uintptr_t address) {
  if (lc_is_in_unwinder(address)) return true;
  struct dl_find_object found;
  if (_dl_find_object == 0 || _dl_find_object((void *)address, &found) != 0) return false;
  const char *path = found.dlfo_link_map ? found.dlfo_link_map->l_name : 0;
  const char *slash = path ? strrchr(path, '/') : 0;
  return slash != 0 && strncmp(slash, "/libgcc_s.so", 12) == 0;
}

static void forget_tid(void) { lc_tid = 0; }

int lc_find_tid(void) { return lc_tid = (int)syscall(SYS_gettid); }

struct robust_entry {
  struct robust_entry *next;
};
struct robust_head {
  struct robust_entry list;
  long offset;
  struct robust_entry *pending;
};

pthread_mutex_t *lc_next_robust_mutex(pthread_mutex_t *previous) {
  struct robust_head *head = 0;
  size_t size = 0;
  if (syscall(SYS_get_robust_list, 0, &head, &size) != 0 || head == 0) return 0;
  struct robust_entry *next =
      previous == 0 ? head->list.next : (struct robust_entry *)previous->__data.__list.__next;
  // The lowest bit marks those with inheritance.
  next = (struct robust_entry *)((uintptr_t)next & ~(uintptr_t)1);
  if (next == 0 || next == &head->list) return 0;
  return (pthread_mutex_t *)((char *)next - offsetof(pthread_mutex_t, __data.__list.__next));
}

/// Swift's half of the start; see `Interposer.swift`.
void lc_interposer_start(void);

__attribute__((constructor)) static void start(void) {
  lc_resolve_reals();
  pthread_atfork(0, 0, forget_tid);
  lc_interposer_start();
}

extern char **environ;

/// The two entries as they were, for the programs that this process goes on as.
static char *settings_entry = 0, *preload_entry = 0;

static char *kept_copy(const char *name, const char *value) {
  size_t length = strlen(name) + strlen(value) + 2;
  char *copy = lc_map_memory(length);
  if (copy == 0) return 0;
  strcpy(copy, name);
  strcat(copy, "=");
  strcat(copy, value);
  return copy;
}

const char *lc_run_settings(void) {
  return settings_entry ? settings_entry + sizeof LC_RUN_VARIABLE : lc_environment(LC_RUN_VARIABLE);
}

void lc_clean_environment(void) {
  const char *settings = lc_environment(LC_RUN_VARIABLE);
  const char *preload = lc_environment("LD_PRELOAD");
  if (settings == 0 || preload == 0) return;
  settings_entry = kept_copy(LC_RUN_VARIABLE, settings);
  preload_entry = kept_copy("LD_PRELOAD", preload);
  unsetenv(LC_RUN_VARIABLE);
  // This library comes first; what the user had follows.
  const char *rest = strchr(preload, ':');
  if (rest != 0)
    setenv("LD_PRELOAD", rest + 1, 1);
  else
    unsetenv("LD_PRELOAD");
}

const char *lc_settings_entry(void) { return settings_entry; }
const char *lc_preload_entry(void) { return preload_entry; }
