#ifndef LC_SYSTEM_H
#define LC_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Memory that is not given back, zeroed; null where there is none.
void *lc_map_memory(size_t bytes);
/// Gives memory or a part of a file back.
void lc_unmap(void *memory, size_t bytes);

/// The words that the process was started with, each ended by a zero, as many as fit; returns their
/// bytes.
size_t lc_command_line(char *buffer, size_t size);

/// Asks the library that records a whole program, where this process has it loaded, to leave the recording to
/// the program's own primitives. Returns 1 and the file that it wrote to, or 0 where there is none.
int lc_take_over(char *file, size_t size);

/// The value of a variable of the environment; null where there is none, and in a process that runs
/// with more rights than whoever started it (setuid), who could have it write anywhere.
const char *lc_environment(const char *name);

/// As `open`, with a number above those of the standard streams, also where these are closed: what
/// the program prints must not land in the file. Negative: see errno.
int lc_open_above_standard(const char *path, int flags);
/// The same, with a number so high that the program gets the numbers that it would get without it, as far
/// as the limit allows.
int lc_open_out_of_the_way(const char *path, int flags);

/// A program or library that is loaded.
typedef struct lc_module {
  const char *path;
  /// The difference between its addresses and those in its file.
  uint64_t bias;
  /// The extent of its code.
  uint64_t low, high;
  /// The extent of all that was loaded of it, data too.
  uint64_t start, end;
  /// What tells its builds apart: what the linker put in, or else a check of its code.
  const uint8_t *build_id;
  size_t build_id_length;
} lc_module;

/// How often a module may have been unloaded, so that another one can be where it was.
uint32_t lc_unloads(void);
/// Notes that one may have been.
void lc_note_unload(void);

/// Calls `visit` for each loaded module.
void lc_modules_visit(void *context, void (*visit)(void *context, const lc_module *module));

/// The number of the last error, for whoever must leave it as it was.
static inline int lc_errno(void) { return errno; }
static inline void lc_set_errno(int number) { errno = number; }

/// The bytes of a page of memory.
size_t lc_page_size(void);
/// Loads `libunwind.so.8` for this library alone and returns its `unw_backtrace`; null without it.
void *lc_load_unwinder(const char *library);
/// Where the code of that library lies.
extern uintptr_t lc_unwinder_low, lc_unwinder_high;
/// Whether the address lies in the code of the library that stacks are walked with.
static inline bool lc_is_in_unwinder(uintptr_t address) {
  return address >= lc_unwinder_low && address < lc_unwinder_high;
}
/// The name that the system knows the calling thread by; empty where it has none.
void lc_thread_system_name(char *buffer, size_t size);
/// Whether the calling thread is the first of the process.
bool lc_is_main_thread(void);

#endif
