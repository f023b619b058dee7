#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "lc_run.h"
#include "lc_system.h"

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

// By hand: a program may have functions of its own under the names of `setenv` and `unsetenv`, as shells
// do, which are not ready yet.
void lc_clean_environment(void) {
  const char *settings = lc_environment(LC_RUN_VARIABLE);
  const char *preload = lc_environment("LD_PRELOAD");
  if (settings == 0 || preload == 0) return;
  settings_entry = kept_copy(LC_RUN_VARIABLE, settings);
  preload_entry = kept_copy("LD_PRELOAD", preload);
  if (settings_entry == 0 || preload_entry == 0) return;
  // This library comes first; what the user had follows.
  const char *rest = strchr(preload, ':');
  char **to = environ;
  for (char **from = environ; *from != 0; from++) {
    if (lc_entry_names(*from, LC_RUN_VARIABLE)) continue;
    if (lc_entry_names(*from, "LD_PRELOAD")) {
      if (rest == 0) continue;
      *to = kept_copy("LD_PRELOAD", rest + 1);
      if (*to != 0) to++;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
}

bool lc_entry_names(const char *entry, const char *name) {
  size_t length = strlen(name);
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

const char *lc_settings_entry(void) { return settings_entry; }
const char *lc_preload_entry(void) { return preload_entry; }
