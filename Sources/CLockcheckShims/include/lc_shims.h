#ifndef LC_SHIMS_H
#define LC_SHIMS_H

// What the recorder and the live checks need and Swift cannot say: thread-local state in a flat
// layout, the time-stamp counter, the frame-pointer walk, the system calls behind the trace file, and
// a signal handler.

#include "lc_append.h"
#include "lc_clock.h"
#include "lc_control.h"
#include "lc_depot.h"
#include "lc_file.h"
#include "lc_live.h"
#include "lc_outside.h"
#include "lc_stack.h"
#include "lc_symbols.h"
#include "lc_system.h"
#include "lc_thread.h"

#endif
