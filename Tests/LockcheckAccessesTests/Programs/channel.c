// One thread sends word through a pipe, and another that has it reads what was written before. With UNREAD it
// knows from elsewhere that the word was sent, in a way that is no order.
#include <pthread.h>
#include <unistd.h>

static int ends[2], value, sent;

static void *send_word(void *unused) {
  value = 42;
  if (write(ends[1], "!", 1) != 1) _exit(2);
#ifdef UNREAD
  __atomic_store_n(&sent, 1, __ATOMIC_RELAXED);
#endif
  return unused;
}

static void *receive(void *unused) {
#ifdef UNREAD
  while (__atomic_load_n(&sent, __ATOMIC_RELAXED) == 0) usleep(100);
#else
  char word;
  if (read(ends[0], &word, 1) != 1) _exit(2);
#endif
  if (value != 42) _exit(3);
  return unused;
}

int main(void) {
  pthread_t first, second;
  if (pipe(ends) != 0) return 2;
  pthread_create(&first, 0, receive, 0);
  pthread_create(&second, 0, send_word, 0);
  pthread_join(first, 0);
  pthread_join(second, 0);
  return 0;
}
