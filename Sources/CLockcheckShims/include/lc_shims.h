#ifndef LC_SHIMS_H
#define LC_SHIMS_H

// What the recorder needs and Swift cannot say: thread-local state in a flat layout, the time-stamp
// counter, the frame-pointer walk, and the system calls behind the trace file.

#include "lc_clock.h"
#include "lc_depot.h"
#include "lc_stack.h"
#include "lc_system.h"
#include "lc_thread.h"

#endif
