// Loads the library that it is given, and has nothing to do with C++ itself.
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>

int main(int count, char **words) {
  void *library = count > 1 ? dlopen(words[1], RTLD_NOW | RTLD_LOCAL) : 0;
  bool (*plug)(void) = library != 0 ? (bool (*)(void))dlsym(library, "plug") : 0;
  if (plug == 0 || !plug()) return 1;
  puts("done");
  return 0;
}
