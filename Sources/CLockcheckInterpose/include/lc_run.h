#ifndef LC_RUN_H
#define LC_RUN_H

#include <stdbool.h>
#include <stdint.h>

// What `lockcheck run` asks for, and how the programs that follow get to know it.

/// The variable by which `lockcheck run` says what it asks for: `key=value`, separated by line feeds or
/// by LC_RUN_SEPARATOR.
#define LC_RUN_VARIABLE "LOCKCHECK_RUN"
#define LC_RUN_SEPARATOR '\x1f'

/// What `lockcheck run` asks for; null where the program was started in another way.
const char *lc_run_settings(void);
/// Takes what `lockcheck run` put into the environment out of it again, so that the program and its
/// children find it as it was.
void lc_clean_environment(void);
/// `LOCKCHECK_RUN=…` and `LD_PRELOAD=…` as they were, for whatever this process goes on as; null where
/// the program was started in another way.
const char *lc_settings_entry(void);
const char *lc_preload_entry(void);

/// Whether an entry of an environment is the variable's.
bool lc_entry_names(const char *entry, const char *name);

/// Has the programs that this process goes on as get the two entries, and with `children` also those
/// that it starts.
void lc_follow(bool children);
/// Whether what the calling process starts is to be recorded; in the child of a fork: it, too.
bool lc_follows_children(void);

/// A child is about to be started, by the function with this frame. Only where accesses are recorded.
void lc_child_begins(uintptr_t frame) __attribute__((weak));
static inline void lc_note_child(uintptr_t frame) {
  if (lc_child_begins != 0) lc_child_begins(frame);
}

/// Swift's half of the start, and of that in the child of a fork; see `Interposer.swift`.
void lc_interposer_start(void);
void lc_interposer_start_child(void);

#endif
