// A lock of its own that the program tells of, and a race that it knows of. What the lock does inside orders
// nothing: with FAILED one thread goes on although it did not get the lock.
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <stddef.h>
#include <unistd.h>

void AnnotateBenignRaceSized(
    const char *file, int line, const volatile void *place, size_t size, const char *why);

static int word, value, known, step;

static int try_lock(void) {
  __tsan_mutex_pre_lock(&word, __tsan_mutex_try_lock);
  int failed = __atomic_exchange_n(&word, 1, __ATOMIC_ACQ_REL);
  __tsan_mutex_post_lock(
      &word, __tsan_mutex_try_lock | (failed ? __tsan_mutex_try_lock_failed : 0), 0);
  return !failed;
}
static void lock(void) {
  while (!try_lock()) usleep(100);
}
static void unlock(void) {
  __tsan_mutex_pre_unlock(&word, 0);
  __atomic_store_n(&word, 0, __ATOMIC_RELEASE);
  __tsan_mutex_post_unlock(&word, 0);
}

static void *hold(void *unused) {
  known++;
  lock();
  value++;
  unlock();
  lock();
  __atomic_store_n(&step, 1, __ATOMIC_RELAXED);
  while (__atomic_load_n(&step, __ATOMIC_RELAXED) == 1) usleep(100);
  unlock();
  return unused;
}

int main(void) {
  pthread_t thread;
  __tsan_mutex_create(&word, 0);
  AnnotateBenignRaceSized(__FILE__, __LINE__, &known, sizeof known, "counts roughly");
  pthread_create(&thread, 0, hold, 0);
  known++;
  while (__atomic_load_n(&step, __ATOMIC_RELAXED) == 0) usleep(100);
  if (try_lock()) return 2;
#ifdef FAILED
  value++;
  __atomic_store_n(&step, 2, __ATOMIC_RELAXED);
#else
  __atomic_store_n(&step, 2, __ATOMIC_RELAXED);
  lock();
  value++;
  unlock();
#endif
  pthread_join(thread, 0);
  __tsan_mutex_destroy(&word, 0);
  return 0;
}
