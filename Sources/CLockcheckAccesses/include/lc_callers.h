#ifndef LC_CALLERS_H
#define LC_CALLERS_H

#include <stdbool.h>
#include <stdint.h>

// Whether a function of this library was called by code that was compiled with access instrumentation. What
// others did before they called, with atomics of their own say, was not seen: what they do to memory would
// look like a race.

/// Whether the call that returns here calls this library, and stands in an instrumented function.
///
/// Both are read from the machine code. The call has to be a plain one that leads into this library through
/// nothing but jumps, so that nobody else has called as its last act; the function has to tell of its entry.
/// False on any doubt, and on processors other than x86-64. Takes no lock and allocates nothing; what was
/// found of a place is remembered.
bool lc_is_instrumented_call(uintptr_t return_address);

// What the code around an exchange does where a lock's word is not as it would have it: it calls what waits for
// Swift's Mutex, what tries to take it once more, or what gives it back to who waits; or something asks the kernel
// for a lock, and which of these it is is not known.
#define LC_LOCKS 1
#define LC_TRIES 2
#define LC_UNLOCKS 4
#define LC_ASKS 8

/// Which of them stand behind the exchange that returns here, from the machine code: of what is called first, on
/// whichever way, or else of the whole function. 0: it is no lock's. Where the code cannot be read, `LC_ASKS`.
/// Takes no lock and allocates nothing; what was found of a place is remembered.
uint32_t lc_word_lock_code(uintptr_t return_address);

#endif
