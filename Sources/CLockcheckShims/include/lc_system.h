#ifndef LC_SYSTEM_H
#define LC_SYSTEM_H

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

/// The value of a variable of the environment; null where there is none, and in a process that runs
/// with more rights than whoever started it (setuid), who could have it write anywhere.
const char *lc_environment(const char *name);

/// As `open`, with a number above those of the standard streams, also where these are closed: what
/// the program prints must not land in the file. Negative: see errno.
int lc_open_above_standard(const char *path, int flags);
/// The same, with a number so high that the program gets the numbers that it would get without it, as far
/// as the limit allows.
int lc_open_out_of_the_way(const char *path, int flags);

/// Calls `visit` for each loaded module: its path, the difference between its addresses and those in
/// its file, the extent of its code, and its build ID.
void lc_modules_visit(
    void *context,
    void (*visit)(
        void *context, const char *path, uint64_t bias, uint64_t low, uint64_t high,
        const uint8_t *build_id, size_t build_id_length));

/// The bytes of a page of memory.
size_t lc_page_size(void);
/// Loads `libunwind.so.8` for this library alone and returns its `unw_backtrace`; null without it.
void *lc_load_unwinder(const char *library);
/// The name that the system knows the calling thread by; empty where it has none.
void lc_thread_system_name(char *buffer, size_t size);
/// Whether the calling thread is the first of the process.
bool lc_is_main_thread(void);

#endif
