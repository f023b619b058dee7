#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lc_run.h"
#include "lc_stack.h"

// `system` and `popen` start a shell from inside the C library, past the functions that stand in front of
// it. Where children are recorded the command says itself what the programs of the shell are to find in
// their environment; the shell itself is not recorded.

/// Appends `text` in quotes.
static char *quoted(char *at, const char *text, size_t length) {
  *at++ = '\'';
  for (size_t i = 0; i < length; i++) {
    // A line feed would count as a line of the command.
    if (text[i] == '\n') {
      *at++ = LC_RUN_SEPARATOR;
    } else if (text[i] == '\'') {
      at = stpcpy(at, "'\\''");
    } else {
      *at++ = text[i];
    }
  }
  *at++ = '\'';
  return at;
}

/// `export …; command`, to be freed; null where nothing is to be said.
static char *announced(const char *command) {
  const char *settings = lc_settings_entry(), *preload = lc_preload_entry();
  if (command == 0 || settings == 0 || preload == 0 || !lc_follows_children()) return 0;
  settings += sizeof LC_RUN_VARIABLE;
  preload += sizeof "LD_PRELOAD";
  size_t library = strcspn(preload, ":");
  const char *theirs = 0;
  for (char **entry = environ; *entry != 0; entry++)
    if (lc_entry_names(*entry, "LD_PRELOAD")) theirs = *entry + sizeof "LD_PRELOAD";
  size_t most = 4 * (strlen(settings) + library + (theirs ? strlen(theirs) : 0)) + 64;
  char *text = malloc(most + strlen(command));
  if (text == 0) return 0;
  char *at = stpcpy(text, "export " LC_RUN_VARIABLE "=");
  at = quoted(at, settings, strlen(settings));
  at = stpcpy(at, " LD_PRELOAD=");
  at = quoted(at, preload, library);
  if (theirs != 0) {
    *at++ = ':';
    at = quoted(at, theirs, strlen(theirs));
  }
  at = stpcpy(at, "; ");
  strcpy(at, command);
  return text;
}

int system(const char *command) {
  int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "system");
  char *text = announced(command);
  int result = real(text ? text : command);
  free(text);
  return result;
}

FILE *popen(const char *command, const char *mode) {
  lc_note_child(lc_frame_address());
  FILE *(*real)(const char *, const char *) =
      (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "popen");
  char *text = announced(command);
  FILE *result = real(text ? text : command, mode);
  free(text);
  return result;
}
