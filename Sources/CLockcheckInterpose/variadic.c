#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "lc_interpose.h"

// Functions with as many arguments as they like, which Swift cannot write.

void lc_semaphore_opened(sem_t *semaphore, uintptr_t frame);
void lc_thread_renamed(uintptr_t frame);

sem_t *sem_open(const char *name, int flags, ...) {
  static sem_t *(*real)(const char *, int, ...) = 0;
  uintptr_t frame = lc_frame_address();
  mode_t mode = 0;
  unsigned value = 0;
  if (flags & O_CREAT) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    value = va_arg(arguments, unsigned);
    va_end(arguments);
  }
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, "sem_open");
  sem_t *semaphore = real(name, flags, mode, value);
  if (semaphore != SEM_FAILED) lc_semaphore_opened(semaphore, frame);
  return semaphore;
}

int prctl(int option, ...) {
  static int (*real)(int, ...) = 0;
  uintptr_t frame = lc_frame_address();
  va_list arguments;
  va_start(arguments, option);
  unsigned long a = va_arg(arguments, unsigned long), b = va_arg(arguments, unsigned long);
  unsigned long c = va_arg(arguments, unsigned long), d = va_arg(arguments, unsigned long);
  va_end(arguments);
  if (real == 0) *(void **)&real = dlsym(RTLD_NEXT, "prctl");
  int result = real(option, a, b, c, d);
  if (option == PR_SET_NAME && result == 0) lc_thread_renamed(frame);
  return result;
}
