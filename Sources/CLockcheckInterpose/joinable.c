#include "lc_joinable.h"

#include <stdint.h>

#include "lc_system.h"

typedef struct node {
  pthread_t name;
  void *thread;
  struct node *next;
} node;

#define BUCKETS 1024
static node *buckets[BUCKETS];
static node *free_nodes = 0;

static node **bucket(pthread_t name) {
  return &buckets[(uint64_t)name * 0x9E3779B97F4A7C15u >> 54];
}

static node *make_node(void) {
  if (free_nodes == 0) {
    size_t count = 4096 / sizeof(node);
    node *page = lc_map_memory(4096);
    for (size_t i = 0; page != 0 && i < count; i++) {
      page[i].next = free_nodes;
      free_nodes = &page[i];
    }
  }
  node *made = free_nodes;
  if (made != 0) free_nodes = made->next;
  return made;
}

bool lc_joinable_put(pthread_t name, void *thread, void **before) {
  *before = lc_joinable_take(name, 0);
  node *made = make_node();
  if (made == 0) return false;
  node **first = bucket(name);
  made->name = name;
  made->thread = thread;
  made->next = *first;
  *first = made;
  return true;
}

void *lc_joinable_get(pthread_t name) {
  for (node *at = *bucket(name); at != 0; at = at->next)
    if (pthread_equal(at->name, name)) return at->thread;
  return 0;
}

void *lc_joinable_take(pthread_t name, void *thread) {
  for (node **link = bucket(name); *link != 0; link = &(*link)->next) {
    node *at = *link;
    if (!pthread_equal(at->name, name)) continue;
    if (thread != 0 && at->thread != thread) return 0;
    void *found = at->thread;
    *link = at->next;
    at->next = free_nodes;
    free_nodes = at;
    return found;
  }
  return 0;
}
