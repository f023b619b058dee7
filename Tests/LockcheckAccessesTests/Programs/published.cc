// Two threads of which the second does something only where it finds what the first has published under a lock. What
// is published is written by a library that is not instrumented: the argument says by which function. With a second
// argument it is looked at without the lock.
#include <list>
#include <map>
#include <set>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Not static: compilers leave out what nobody reads.
int guarded_by_publication;
static char text[256];
static char *line;
static struct timespec now;
static int numbers[] = {4, 3, 2, 1};
static std::list<int> list, spare = {1};
static std::map<int, int> map = {{1, 1}, {2, 2}, {3, 3}, {4, 4}};
static std::set<int> set = {1, 2, 3};
static const char *function;

static bool is(const char *name) { return strcmp(function, name) == 0; }

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void publish() {
  if (is("hook")) list.push_back(1);
  if (is("transfer")) list.splice(list.end(), spare);
  if (is("swap")) list.swap(spare);
  if (is("insert")) map[5] = 1;
  if (is("erase")) set.erase(3);
  if (is("snprintf")) snprintf(text, sizeof text, "%d", 12);
  if (is("sprintf")) sprintf(text, "%d", 12);
  if (is("strcat")) strcat(text, function);
  if (is("getcwd") && getcwd(text, sizeof text) == 0) _exit(2);
  if (is("readlink") && readlink("/proc/self/exe", text, sizeof text) < 0) _exit(2);
  if (is("realpath") && realpath("/", text) == 0) _exit(2);
  if (is("clock_gettime")) clock_gettime(CLOCK_REALTIME, &now);
  if (is("qsort")) qsort(numbers, 4, sizeof *numbers, by_value);
  if (is("strftime")) {
    struct tm parts = {};
    strftime(text, sizeof text, "%Y", &parts);
  }
  if (is("getline")) {
    size_t room = 0;
    FILE *stream = fopen("/proc/self/stat", "r");
    if (getline(&line, &room, stream) < 0) _exit(2);
    fclose(stream);
  }
}

static bool look() {
  if (is("hook") || is("transfer") || is("swap")) return !list.empty();
  if (is("insert")) return map.find(5) != map.end();
  if (is("erase")) return set.find(3) == set.end();
  if (is("clock_gettime")) return now.tv_sec != 0;
  if (is("qsort")) return numbers[0] == 1;
  if (is("getline")) return line != 0 && line[0] != 0;
  return text[0] != 0;
}

static void *first(void *) {
  guarded_by_publication = 1;
  pthread_mutex_lock(&lock);
  publish();
  pthread_mutex_unlock(&lock);
  return 0;
}

static void *second(void *is_racing) {
  usleep(50000);
  if (is_racing == 0) pthread_mutex_lock(&lock);
  bool is_published = look();
  if (is_racing == 0) pthread_mutex_unlock(&lock);
  if (is_published) guarded_by_publication = 2;
  return 0;
}

int main(int count, char **arguments) {
  function = arguments[1];
  pthread_t threads[2];
  pthread_create(&threads[0], 0, first, 0);
  pthread_create(&threads[1], 0, second, count > 2 ? &lock : 0);
  for (pthread_t thread : threads) pthread_join(thread, 0);
  return 0;
}
