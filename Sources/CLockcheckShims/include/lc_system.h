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
/// Opens a trace file for this process alone, empty. Negative: the error number, negated; -EWOULDBLOCK
/// where another recording writes to it.
int lc_file_open(const char *path);
/// Makes the file reach to `offset + bytes`, on the disk too. 0 or an error number. Never raises
/// SIGXFSZ.
int lc_file_extend(int fd, uint64_t offset, uint64_t bytes);
/// Maps a part of the file that nothing was written to, shared, kept from children, all of it in memory.
/// Null where that fails. Never raises SIGXFSZ.
void *lc_file_map(int fd, uint64_t offset, size_t bytes);
/// Cuts the file and closes it. 0 or an error number.
int lc_file_close(int fd, uint64_t length);

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
