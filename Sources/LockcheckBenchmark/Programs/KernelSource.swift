/// The C program whose parts are measured: locks and accesses to memory, as programs have them.
enum KernelSource {
  /// `kernel NAME COUNT`: does one thing so often and writes `kernel`, nanoseconds by the clock and of
  /// processor time for all of it. Eight frames of its own lie below, since a stack costs by its depth.
  static let text = #"""
    #define _GNU_SOURCE
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <time.h>

    enum { WORDS = 4096, LARGE = 1 << 20, DEPTH = 8 };
    static long count;
    static volatile long table[WORDS];
    static volatile long counter;
    static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
    static long turn;

    static long now(clockid_t clock) {
      struct timespec time;
      clock_gettime(clock, &time);
      return time.tv_sec * 1000000000L + time.tv_nsec;
    }

    static void *pair(void *which) {
      for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&first);
        counter++;
        pthread_mutex_unlock(&first);
      }
      return which;
    }

    static void *nested(void *which) {
      for (long i = 0; i < count / 2; i++) {
        pthread_mutex_lock(&first);
        pthread_mutex_lock(&second);
        counter++;
        pthread_mutex_unlock(&second);
        pthread_mutex_unlock(&first);
      }
      return which;
    }

    static void *contended(void *which) {
      for (long i = 0; i < count / 2; i++) {
        pthread_mutex_lock(&first);
        counter++;
        pthread_mutex_unlock(&first);
      }
      return which;
    }

    // Each waits for its turn and gives it to the other.
    static void *ping_pong(void *which) {
      pthread_mutex_lock(&first);
      for (long i = 0; i < count / 2; i++) {
        while (turn != (long)which) pthread_cond_wait(&turned, &first);
        turn = 1 - turn;
        pthread_cond_signal(&turned);
      }
      pthread_mutex_unlock(&first);
      return which;
    }

    __attribute__((noinline)) static long step(volatile long *words, long i) {
      words[i]++;
      return words[i];
    }

    // Memory of its own, with a call for each access.
    static void *private_memory(void *which) {
      volatile long *words = calloc(1024, sizeof *words);
      long sum = 0;
      for (long i = 0; i < count / 2; i++) sum += step(words, i & 1023);
      free((void *)words);
      return (void *)((long)which + sum);
    }

    static void *shared_read(void *which) {
      long sum = 0;
      for (long i = 0; i < count / 2; i++) sum += table[i & (WORDS - 1)];
      return (void *)((long)which + sum);
    }

    static void *shared_write(void *which) {
      for (long i = 0; i < count / 2; i++) {
        pthread_mutex_lock(&first);
        counter++;
        table[i & 63]++;
        pthread_mutex_unlock(&first);
      }
      return which;
    }

    static void *blocks(void *which) {
      for (long i = 0; i < count / 2; i++) {
        volatile long *block = malloc(64);
        block[0] = block[7] = i;
        free((void *)block);
      }
      return which;
    }

    // Much memory, once after the other.
    static void *sweep(void *which) {
      volatile int *large = malloc(LARGE * sizeof *large);
      memset((void *)large, 0, LARGE * sizeof *large);
      for (long i = 0; i < count / 2; i++) large[i & (LARGE - 1)]++;
      free((void *)large);
      return which;
    }

    static const struct kernel {
      const char *name;
      void *(*body)(void *);
      int threads;
    } kernels[] = {
        {"pair", pair, 1}, {"nested", nested, 1}, {"contended", contended, 2},
        {"ping-pong", ping_pong, 2}, {"private", private_memory, 2},
        {"shared-read", shared_read, 2}, {"shared-write", shared_write, 2},
        {"blocks", blocks, 2}, {"sweep", sweep, 2},
    };

    static const struct kernel *chosen;

    static __attribute__((noinline)) void *deep(long depth, void *which) {
      void *result = depth > 0 ? deep(depth - 1, which) : chosen->body(which);
      __asm__ volatile("" : "+r"(result));
      return result;
    }

    static void *begin(void *which) { return deep(DEPTH, which); }

    int main(int words, char **word) {
      if (words != 3) return 2;
      count = atol(word[2]);
      for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (strcmp(kernels[i].name, word[1]) == 0) chosen = &kernels[i];
      if (chosen == 0) return 2;
      long wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
      if (chosen->threads == 1) {
        begin(0);
      } else {
        pthread_t threads[2];
        for (long i = 0; i < 2; i++) pthread_create(&threads[i], 0, begin, (void *)i);
        for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
      }
      cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
      printf("kernel\t%ld\t%ld\n", now(CLOCK_MONOTONIC) - wall, cpu);
      return 0;
    }
    """#
}
