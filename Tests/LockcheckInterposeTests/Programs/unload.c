// The locks of libraries that are unloaded: another library may come to stand in their place. Begins with the path of
// the library, in `LIBRARY`.
#include <dlfcn.h>

#include "harness.h"

static void *library;

static void load(const char *path) {
  library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != 0);
}
static void nest(bool is_inverted) {
  void (*function)(bool) = (void (*)(bool))dlsym(library, "nest");
  CHECK(function != 0);
  function(is_inverted);
}

static void *ordered(void *argument) {
  nest(false);
  reach(1);
  return argument;
}
static void *inverted(void *argument) {
  await(2);
  nest(true);
  return argument;
}

/// Two threads take the locks in opposite orders, the second those of a library that has come after the first.
static void run(bool unloads) {
  const char *path = getenv("LIBRARY");
  char copy[4096];
  CHECK(path != 0 && snprintf(copy, sizeof copy, "%s.copy", path) < (int)sizeof copy);
  unlink(copy);
  // The same file under another name is the same library; a copy of it is another one.
  FILE *from = fopen(path, "r"), *to = fopen(copy, "w");
  CHECK(from != 0 && to != 0);
  char bytes[4096];
  for (size_t count; (count = fread(bytes, 1, sizeof bytes, from)) > 0;)
    CHECK(fwrite(bytes, 1, count, to) == count);
  CHECK(fclose(from) == 0 && fclose(to) == 0);
  load(path);
  pthread_t one = start(ordered, 0), two = start(inverted, 0);
  await(1);
  if (unloads) {
    CHECK(dlclose(library) == 0);
    load(copy);
  }
  reach(2);
  finish(one);
  finish(two);
}
static void replaced(void) { run(true); }
static void kept(void) { run(false); }

CASES({"replaced", replaced}, {"kept", kept})
