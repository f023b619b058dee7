// Descriptors and memory that one thread has done with, and another has got, by calls that are no open, close or
// munmap. Nothing orders the two threads, and nothing has to.
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends[2];

static void check(int is_right) {
  if (!is_right) abort();
}

static void *first(void *unused) {
  FILE *stream = fdopen(open("/dev/null", O_RDONLY), "r");
  check(stream != 0 && fclose(stream) == 0);
  for (int i = 0; i < 50; i++) {
    char *block = mmap(0, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    block[100] = 1;
    block = mremap(block, 1 << 16, 1 << 17, MREMAP_MAYMOVE);
    check(block != MAP_FAILED && block[100] == 1);
    block[1 << 16] = 2;
    check(munmap(block, 1 << 17) == 0);
  }
  for (int i = 0; i < 50; i++) {
    char *whole = valloc(100), *pages = pvalloc(100);
    whole[1] = pages[1] = 1;
    free(whole);
    free(pages);
    int segment = shmget(IPC_PRIVATE, 1 << 12, IPC_CREAT | 0600);
    char *shared = shmat(segment, 0, 0);
    check(segment >= 0 && shared != (char *)-1 && shmctl(segment, IPC_RMID, 0) == 0);
    shared[1] = 1;
    check(shmdt(shared) == 0);
  }
  return unused;
}

static void *second(void *unused) {
  FILE *stream = fopen("/dev/zero", "r");
  char byte;
  check(stream != 0 && read(fileno(stream), &byte, 1) == 1);
  uint64_t count;
  int counter = eventfd(1, 0);
  check(read(counter, &count, sizeof count) == sizeof count && close(counter) == 0);
  check(fclose(stream) == 0);
  return first(unused);
}

static void *talk(void *unused) {
  char byte = '!';
  for (int i = 0; i < 50; i++) check(write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1);
  return unused;
}

/// The child of a vfork closes descriptors that its parent goes on with.
static void start_child(void) {
  pid_t child = vfork();
  if (child == 0) {
    close(ends[0]);
    close(ends[1]);
    execl("/bin/true", "true", (char *)0);
    _exit(1);
  }
  int status;
  check(waitpid(child, &status, 0) == child && status == 0);
}

int main(void) {
  pthread_t threads[3];
  check(pipe(ends) == 0);
  pthread_create(&threads[0], 0, first, 0);
  pthread_create(&threads[1], 0, second, 0);
  pthread_create(&threads[2], 0, talk, 0);
  start_child();
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
  puts("done");
  return 0;
}
