#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "lc_run.h"
#include "lc_stack.h"

// The functions by which a process goes on as another program, or starts one: they put the two entries
// back into the environment where the other program is to be recorded. The program finds its environment
// as it was: `lc_clean_environment` has taken them out.
//
// All of it may run in the child of a vfork, whose memory is its parent's: nothing but the stack is
// written to.

static pid_t recorded = 0;
static bool follows_children = false;

void lc_follow(bool children) {
  recorded = getpid();
  follows_children = children;
}

bool lc_follows_children(void) { return follows_children; }

static bool goes_on_recorded(void) {
  return lc_settings_entry() != 0 && lc_preload_entry() != 0 &&
         (follows_children || getpid() == recorded);
}

static bool starts_recorded(void) {
  return follows_children && lc_settings_entry() != 0 && lc_preload_entry() != 0;
}

/// The bytes of `LD_PRELOAD=` and this library's name.
static size_t library_length(void) { return strcspn(lc_preload_entry(), ":"); }

typedef struct next_program {
  int (*go)(const struct next_program *program, char *const environment[]);
  /// Its name or path, or its descriptor.
  const char *name;
  int fd;
  char *const *arguments;
  pid_t *child;
  const posix_spawn_file_actions_t *actions;
  const posix_spawnattr_t *attributes;
} next_program;

/// Goes on with the two entries in `environment`: in the places of those that are there, else at its end.
/// What the program has in `LD_PRELOAD` stands behind this library.
static int go_recorded(const next_program *program, char *const environment[]) {
  static char *const nothing[] = {0};
  if (environment == 0) environment = nothing;
  size_t count = 0;
  const char *theirs = "";
  for (; environment[count] != 0; count++)
    if (lc_entry_names(environment[count], "LD_PRELOAD")) theirs = environment[count] + sizeof "LD_PRELOAD";
  size_t ours = library_length();
  char preload[ours + strlen(theirs) + 2];
  memcpy(preload, lc_preload_entry(), ours);
  preload[ours] = 0;
  bool has_preload = false, has_settings = false;
  char *entries[count + 3];
  for (size_t i = 0; i < count; i++) {
    entries[i] = environment[i];
    if (lc_entry_names(entries[i], "LD_PRELOAD")) {
      has_preload = true;
      entries[i] = preload;
    } else if (lc_entry_names(entries[i], LC_RUN_VARIABLE)) {
      has_settings = true;
      entries[i] = (char *)lc_settings_entry();
    }
  }
  if (has_preload) {
    preload[ours] = ':';
    strcpy(preload + ours + 1, theirs);
  } else {
    entries[count++] = preload;
  }
  if (!has_settings) entries[count++] = (char *)lc_settings_entry();
  entries[count] = 0;
  return program->go(program, entries);
}

static int go(const next_program *program, char *const environment[], bool recorded) {
  return recorded ? go_recorded(program, environment) : program->go(program, environment);
}

/// The function of the next library; looked up again by whoever comes too early.
#define REAL(name) ((__typeof__(&name))(reals.name ? reals.name : dlsym(RTLD_NEXT, #name)))
static struct {
  void *execve, *execvpe, *fexecve, *posix_spawn, *posix_spawnp;
} reals;

__attribute__((constructor)) static void resolve(void) {
  reals.execve = dlsym(RTLD_NEXT, "execve");
  reals.execvpe = dlsym(RTLD_NEXT, "execvpe");
  reals.fexecve = dlsym(RTLD_NEXT, "fexecve");
  reals.posix_spawn = dlsym(RTLD_NEXT, "posix_spawn");
  reals.posix_spawnp = dlsym(RTLD_NEXT, "posix_spawnp");
}

static int by_path(const next_program *program, char *const environment[]) {
  return REAL(execve)(program->name, program->arguments, environment);
}

static int by_name(const next_program *program, char *const environment[]) {
  return REAL(execvpe)(program->name, program->arguments, environment);
}

static int by_descriptor(const next_program *program, char *const environment[]) {
  return REAL(fexecve)(program->fd, program->arguments, environment);
}

static int spawned(const next_program *program, char *const environment[]) {
  return REAL(posix_spawn)(program->child, program->name, program->actions, program->attributes,
                           program->arguments, environment);
}

static int spawned_by_name(const next_program *program, char *const environment[]) {
  return REAL(posix_spawnp)(program->child, program->name, program->actions, program->attributes,
                            program->arguments, environment);
}

int execve(const char *path, char *const arguments[], char *const environment[]) {
  next_program program = {by_path, path, .arguments = arguments};
  return go(&program, environment, goes_on_recorded());
}

int execv(const char *path, char *const arguments[]) { return execve(path, arguments, environ); }

int execvpe(const char *name, char *const arguments[], char *const environment[]) {
  next_program program = {by_name, name, .arguments = arguments};
  return go(&program, environment, goes_on_recorded());
}

int execvp(const char *name, char *const arguments[]) {
  return execvpe(name, arguments, environ);
}

int fexecve(int fd, char *const arguments[], char *const environment[]) {
  next_program program = {by_descriptor, .fd = fd, .arguments = arguments};
  return go(&program, environment, goes_on_recorded());
}

/// Calls `body` with the words that begin with `first` and end with a null; `rest` stands behind that.
#define WITH_WORDS(first, body)                                        \
  va_list words;                                                       \
  va_start(words, first);                                              \
  size_t count = 1;                                                    \
  while (va_arg(words, char *) != 0) count++;                          \
  va_end(words);                                                       \
  char *arguments[count + 1];                                          \
  va_start(words, first);                                              \
  arguments[0] = (char *)first;                                        \
  for (size_t i = 1; i <= count; i++) arguments[i] = va_arg(words, char *); \
  body;                                                                \
  va_end(words)

int execl(const char *path, const char *first, ...) {
  int result;
  WITH_WORDS(first, result = execve(path, arguments, environ));
  return result;
}

int execlp(const char *name, const char *first, ...) {
  int result;
  WITH_WORDS(first, result = execvpe(name, arguments, environ));
  return result;
}

int execle(const char *path, const char *first, ...) {
  int result;
  WITH_WORDS(first, result = execve(path, arguments, va_arg(words, char *const *)));
  return result;
}

int posix_spawn(
    pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  lc_note_child(lc_frame_address());
  next_program program = {spawned, path, 0, arguments, child, actions, attributes};
  return go(&program, environment, starts_recorded());
}

int posix_spawnp(
    pid_t *child, const char *name, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  lc_note_child(lc_frame_address());
  next_program program = {spawned_by_name, name, 0, arguments, child, actions, attributes};
  return go(&program, environment, starts_recorded());
}
