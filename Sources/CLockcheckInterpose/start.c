#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lc_interpose.h"
#include "lc_system.h"

lc_real_functions lc_reals;
__thread int lc_tid __attribute__((tls_model("initial-exec"))) = 0;

// Stores the same values whoever comes first, so no lock is needed.
void lc_resolve_reals(void) {
#define X(result, name, parameters, arguments)                             \
  {                                                                        \
    void *found = dlsym(RTLD_NEXT, #name);                                 \
    __atomic_store_n((void **)&lc_reals.name, found, __ATOMIC_RELEASE);    \
  }
  LC_REAL_FUNCTIONS(X)
#undef X
}

static void forget_tid(void) { lc_tid = 0; }

int lc_find_tid(void) { return lc_tid = (int)syscall(SYS_gettid); }

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

// Says that what was loaded may be gone: the next module in its place has other names.
__attribute__((visibility("default"))) int dlclose(void *handle) {
  static int (*real)(void *);
  int (*function)(void *) = __atomic_load_n(&real, __ATOMIC_RELAXED);
  if (function == 0) {
    function = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    if (function == 0) return -1;
    __atomic_store_n(&real, function, __ATOMIC_RELAXED);
  }
  int result = function(handle);
  lc_note_unload();
  return result;
}
