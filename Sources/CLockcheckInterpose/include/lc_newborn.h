#ifndef LC_NEWBORN_H
#define LC_NEWBORN_H

#include <pthread.h>
#include <stdint.h>

/// Blocks all signals of the program's in the calling thread. Returns those that were, one bit each.
uint64_t lc_block_signals(void);
/// Has the calling thread block these and no others.
void lc_set_signals(uint64_t blocked);
/// What a thread with these attributes blocks, made by one that blocks `inherited`.
uint64_t lc_signals_of(const pthread_attr_t *attributes, uint64_t inherited);
/// The attributes, or a copy of them in `room` whose stack has space for the recorder too, where they ask for
/// a small one.
const pthread_attr_t *lc_with_room(const pthread_attr_t *attributes, pthread_attr_t *room);
/// The calling thread ends: gives back the stack that its signal handlers ran on, if that was ours. With all
/// signals blocked.
void lc_signal_stack_ends(void);

#endif
