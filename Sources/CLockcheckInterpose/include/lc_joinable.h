#ifndef LC_JOINABLE_H
#define LC_JOINABLE_H

#include <pthread.h>
#include <stdbool.h>

// Threads that the program has made and nobody has joined, by the system's name for them: in mapped memory,
// so that nothing is allocated from the program's heap under a lock. All under the recorder's lock.

/// Notes what stands for the thread; returns what stood for another one of this name. False without memory.
bool lc_joinable_put(pthread_t name, void *thread, void **before);
/// What stands for the thread; null where it is not known.
void *lc_joinable_get(pthread_t name);
/// Forgets it if it is still this one, or whichever it is where `thread` is null; returns what stood there.
void *lc_joinable_take(pthread_t name, void *thread);

#endif
